/// A format of files that people try and that is not read here: what it is, and how its rows can be had.
package struct ForeignFormat {
    let name: String
    let remedy: TableError.Remedy

    /// Bytes from the beginning of a file that say what it is.
    package static let reach = 1 << 12

    /// - Parameter start: the first ``reach`` bytes of a file, or all.
    /// - Throws: `unsupportedFormat`.
    static func refuse(_ start: UnsafeBufferPointer<UInt8>, source: String) throws(TableError) {
        guard let format = of(start) else { return }
        throw .unsupportedFormat(source: source, format: format.name, remedy: format.remedy)
    }

    private static func of(_ start: UnsafeBufferPointer<UInt8>) -> ForeignFormat? {
        if start.starts(with: zip) { return archive(start) }
        if let known = all.first(where: { $0.isIn(start) }) { return known.format }
        if isJSON(start) {
            return ForeignFormat(
                name: "JSON text, as model, study and statistics files are, not a table", remedy: .export)
        }
        return wideText(start)
    }

    // MARK: By the first bytes

    private struct Signature {
        var bytes: [UInt8]
        var offset = 0
        var format: ForeignFormat

        func isIn(_ start: UnsafeBufferPointer<UInt8>) -> Bool {
            guard start.dropFirst(offset).starts(with: bytes) else { return false }
            guard isWord else { return true }
            let rest = start.dropFirst(bytes.count)
            return rest.isEmpty
                || rest.prefix(Self.binaryReach).contains { $0 < 0x20 && ![0x09, 0x0A, 0x0D].contains($0) }
        }

        /// Within which bytes that are no text have one that no text has, in whatever alphabet.
        private static let binaryReach = 32

        /// Whether a name of a column may begin so: then something that is no text must follow.
        private var isWord: Bool { bytes.count < 7 && bytes.allSatisfy { 0x30...0x7A ~= $0 } }
    }

    private static func signature(
        _ bytes: [UInt8], at offset: Int = 0, _ name: String, _ remedy: TableError.Remedy = .export
    ) -> Signature {
        Signature(bytes: bytes, offset: offset, format: ForeignFormat(name: name, remedy: remedy))
    }

    private static func signature(
        _ text: String, at offset: Int = 0, _ name: String, _ remedy: TableError.Remedy = .export
    ) -> Signature { signature(Array(text.utf8), at: offset, name, remedy) }

    private static let zip = Array("PK".utf8) + [0x03, 0x04]

    private static let all = compressed + tables + programs + texts

    private static let compressed =
        (1...9).map { signature("BZh\($0)1AY&SY", "a bzip2-compressed file", .decompress("bzip2 -d")) } + [
            signature([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "an xz-compressed file", .decompress("xz -d")),
            signature([0x28, 0xB5, 0x2F, 0xFD], "a Zstandard-compressed file", .decompress("zstd -d")),
            signature([0x04, 0x22, 0x4D, 0x18], "an LZ4-compressed file", .decompress("lz4 -d")),
            signature("LZIP", "an lzip-compressed file", .decompress("lzip -d")),
            // What was decompressed once; the file itself is read.
            signature([0x1F, 0x8B], "a gzip file within a gzip file", .decompress("gzip -d")),
            signature([0x78, 0x01], "zlib data", .decompress("zlib-flate -uncompress")),
            signature([0x78, 0x9C], "zlib data", .decompress("zlib-flate -uncompress")),
            signature([0x78, 0xDA], "zlib data", .decompress("zlib-flate -uncompress")),
            signature([0x5D, 0x00, 0x00], "an LZMA-compressed file", .decompress("xz -d --format=lzma")),
            signature([0x1F, 0x9D], "a file of Unix compress", .decompress("uncompress")),
            signature([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7-Zip archive", .decompress("7z x")),
            signature("Rar!\u{1A}\u{07}", "a RAR archive", .decompress("unrar x")),
            signature([0x50, 0x4B, 0x05, 0x06], "an empty zip archive", .export),
            signature("ustar\0", at: 257, "a tar archive", .decompress("tar -xf")),
            signature("ustar  \0", at: 257, "a tar archive", .decompress("tar -xf")),
        ]

    private static let tables = [
        signature("PAR1", "a Parquet file"),
        signature("ARROW1", "an Arrow or Feather file"),
        signature("FEA1", "a Feather file"),
        signature([0xFF, 0xFF, 0xFF, 0xFF], "an Arrow stream"),
        signature("ORC", "an ORC file"),
        signature("Obj\u{01}", "an Avro file"),
        signature([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], "an HDF5 file"),
        signature("CDF\u{01}", "a NetCDF file"), signature("CDF\u{02}", "a NetCDF file"),
        signature("SQLite format 3\0", "an SQLite database"),
    ]

    private static let programs =
        [
            signature("<stata_dta>", "a Stata file"),
            signature("$FL2", "an SPSS file"), signature("$FL3", "an SPSS file"),
            signature("HEADER RECORD*******LIB", "a SAS transport file"),
            signature([UInt8](repeating: 0, count: 12) + [0xC2, 0xEA, 0x81, 0x60], "a SAS file (sas7bdat)"),
            signature([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], "an Excel file (.xls)"),
            signature("RDX2\n", "an R data file"), signature("RDX3\n", "an R data file"),
            signature([0x58, 0x0A, 0x00, 0x00, 0x00], "an R data file (.rds)"),
            signature("MATLAB 5.0 MAT-file", "a MATLAB file"),
        ]
        // Of Stata up to version 12: the version, the order of bytes, and 1.
        + (104...115).flatMap { version in
            [1, 2].map { signature([version, $0, 1, 0], "a Stata file") }
        }
        + (2...5).map { signature([0x80, $0], "a pickle of Python") }

    private static let texts = [
        signature([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A], "a PNG picture"),
        signature([0xFF, 0xD8, 0xFF], "a JPEG picture"), signature("GIF8", "a GIF picture"),
        signature([0x7F, 0x45, 0x4C, 0x46], "a program"),
        signature("%PDF-", "a PDF file"), signature("<!DOCTYPE html", "a web page"),
        signature("<!doctype html", "a web page"), signature("<html", "a web page"), signature("<?xml", "XML text"),
        // Before UTF-16, whose mark is the beginning of this one.
        signature([0xFF, 0xFE, 0x00, 0x00], "UTF-32 text", .convert(from: "utf-32")),
        signature([0x00, 0x00, 0xFE, 0xFF], "UTF-32 text", .convert(from: "utf-32")),
        signature([0xFF, 0xFE], "UTF-16 text", .convert(from: "utf-16")),
        signature([0xFE, 0xFF], "UTF-16 text", .convert(from: "utf-16")),
    ]

    // MARK: By what is inside

    /// A zip archive, by the name of its first file.
    private static func archive(_ start: UnsafeBufferPointer<UInt8>) -> ForeignFormat {
        guard start.count >= 30 else { return ForeignFormat(name: "a zip archive", remedy: .decompress("unzip")) }
        let length = Int(start[26]) | Int(start[27]) << 8
        let name = String(decoding: start.dropFirst(30).prefix(length), as: UTF8.self)
        let isWorkbook = ["[Content_Types].xml", "_rels/", "xl/", "docProps/"].contains { name.hasPrefix($0) }
        if isWorkbook { return ForeignFormat(name: "an Excel file (.xlsx)", remedy: .export) }
        if name == "mimetype" { return ForeignFormat(name: "an OpenDocument file (.ods)", remedy: .export) }
        if name.hasSuffix(".npy") {
            return ForeignFormat(name: "a zip archive of NumPy arrays (.npz)", remedy: .decompress("unzip"))
        }
        return ForeignFormat(name: "a zip archive", remedy: .decompress("unzip"))
    }

    /// No header begins so, but objects of JSON and arrays of them do.
    private static func isJSON(_ start: UnsafeBufferPointer<UInt8>) -> Bool {
        let blanks = Set(" \t\r\n".utf8)
        let first = start.lazy.filter { !blanks.contains($0) }.prefix(2)
        return ["{\"", "{}", "[{", "[[", "[\""].contains(String(decoding: Array(first), as: UTF8.self))
    }

    /// Text of two or four bytes a character without a mark: separators and digits have zeros beside them, always on the same side.
    private static func wideText(_ start: UnsafeBufferPointer<UInt8>) -> ForeignFormat? {
        let whole = start.count & ~3
        guard whole >= 8 else { return nil }
        var zeros = [0, 0, 0, 0]
        for index in 0..<whole where start[index] == 0 { zeros[index & 3] += 1 }
        let quarter = whole / 4
        func isMostly(_ positions: [Int], among all: [Int]) -> Bool {
            all.allSatisfy { positions.contains($0) ? zeros[$0] * 2 > quarter : zeros[$0] * 20 <= quarter }
        }
        let kinds: [(zeros: [Int], name: String)] = [
            ([1, 2, 3], "utf-32le"), ([0, 1, 2], "utf-32be"), ([1, 3], "utf-16le"), ([0, 2], "utf-16be"),
        ]
        return kinds.first { isMostly($0.zeros, among: [0, 1, 2, 3]) }.map {
            ForeignFormat(name: "\($0.name.uppercased()) text without a mark", remedy: .convert(from: $0.name))
        }
    }
}
