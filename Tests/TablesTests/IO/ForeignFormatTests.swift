import Foundation
import Messages
import Tables
import TestSupport
import Testing

/// Files of other kinds are named as what they are, with what to do; tables are not taken for them.
@Suite struct ForeignFormatTests {
    private static let zip = Data("PK\u{3}\u{4}".utf8) + Data(count: 22)

    private static func zip(_ name: String) -> Data { zip + Data([UInt8(name.utf8.count), 0, 0, 0]) + Data(name.utf8) }

    static let files: [(bytes: Data, says: [String])] = [
        (Data([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00, 0x01]), ["xz-compressed", "xz -d"]),
        (Data("BZh91AY&SY".utf8), ["bzip2-compressed", "bzip2 -d"]),
        (Data([0x28, 0xB5, 0x2F, 0xFD, 0x04]), ["Zstandard", "zstd -d"]),
        (Data([0x04, 0x22, 0x4D, 0x18]), ["LZ4", "lz4 -d"]),
        (Data("ARROW1\0\0".utf8), ["Feather", "CSV"]), (Data("FEA1\0".utf8), ["Feather"]),
        (Data([0xFF, 0xFF, 0xFF, 0xFF, 0x10]), ["Arrow"]), (Data("PAR1\u{15}".utf8), ["Parquet"]),
        (Data("ORC\u{0A}\u{03}".utf8).prefix(3) + Data([0x08]), ["ORC"]),
        (Data("<stata_dta><header>".utf8), ["Stata"]), (Data([114, 2, 1, 0]), ["Stata"]),
        (Data([113, 1, 1, 0]), ["Stata"]),
        (Data(count: 12) + Data([0xC2, 0xEA, 0x81, 0x60, 0xB3]), ["sas7bdat"]), (Data("$FL2@(#)".utf8), ["SPSS"]),
        (Data([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]), ["Excel"]), (Data("RDX3\nX\n".utf8), ["R data"]),
        (zip("[Content_Types].xml"), ["Excel", "CSV"]), (zip("mimetype"), ["OpenDocument"]),
        (zip("arr_0.npy"), [".npz", "unzip"]), (zip("data.csv"), ["a zip archive", "unzip"]),
        (Data([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]), ["HDF5"]),
        (Data("SQLite format 3\0".utf8), ["SQLite"]), (Data([0x80, 0x04, 0x95]), ["pickle"]),
        (Data("%PDF-1.7".utf8), ["PDF"]), (Data("<!DOCTYPE html><p>".utf8), ["web page"]),
    ]

    @Test(arguments: files) func isNamed(file: (bytes: Data, says: [String])) throws {
        for bytes in [file.bytes, try TableFixture.gzip(file.bytes)] {
            let error = try #require(TableFixture.failure(bytes))
            for part in file.says { #expect(error.description.contains(part), "\(error)") }
        }
    }

    @Test(arguments: [
        ("utf-16le", String.Encoding.utf16LittleEndian), ("utf-16be", .utf16BigEndian),
        ("utf-32le", .utf32LittleEndian),
        ("utf-32be", .utf32BigEndian),
    ]) func textOfWideCharactersWithoutAMarkIsNamed(name: String, encoding: String.Encoding) throws {
        let text = "größe,y\r\n1.5,2\r\nМосква,3\r\n"
        let bytes = try #require(text.data(using: encoding))
        let error = try #require(TableFixture.failure(bytes))
        #expect(error.description.contains("\(name.uppercased()) text without a mark"), "\(error)")
        #expect(error.description.contains("iconv -f \(name) -t utf-8"))
    }

    @Test func marksOfWideCharactersAreToldApart() throws {
        let wide = try #require(TableFixture.failure(Data([0xFF, 0xFE, 0, 0, 0x61, 0, 0, 0])))
        #expect(wide.description.contains("UTF-32") && wide.description.contains("iconv -f utf-32 "))
        let narrow = try #require(TableFixture.failure(Data([0xFF, 0xFE, 0x61, 0])))
        #expect(narrow.description.contains("UTF-16"))
    }

    /// Names of columns that begin as other files do.
    @Test(arguments: [
        "ORCID", "ORC\u{E9}", "ORC", "FEA1\u{3B1}", "PAR1\u{540D}", "PAR1", "PAR1,PAR2", "ARROW1", "LZIP", "FEA1",
        "BZh", "PK", "CDF", "X",
    ])
    func namesOfColumnsAreNoFormats(header: String) throws {
        let columns = header.split(separator: ",").count
        let row = Array(repeating: "1", count: columns).joined(separator: ",")
        #expect(
            try TableFixture.table("\(header)\n\(row)\n").columnNames == header.split(separator: ",").map(String.init))
    }

    @Test func marksOfUTF8StayInNoName() throws {
        for marks in ["\u{FEFF}", "\u{FEFF}\u{FEFF}", "\u{FEFF}\u{FEFF}\u{FEFF}"] {
            #expect(try TableFixture.table(marks + "a,b\n1,2\n").columnNames == ["a", "b"])
            #expect(try TableFixture.table(marks + "\"a\",b\n1,2\n").columnNames == ["a", "b"])
            #expect(try TableFixture.table("\"\(marks)a\",b\n1,2\n").columnNames == ["a", "b"])
        }
    }
}
