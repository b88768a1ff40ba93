import Foundation
import Messages

/// The bytes of a file or of standard input, decompressed if they are a gzip stream.
package struct TableInput {
    let source: String
    let bytes: Data
    /// The regular file that the bytes come from, as it was when they were mapped.
    private let origin: (handle: FileHandle, stamp: FileStamp)?

    /// - Throws: `fileNotFound`, `cannotRead`, `corruptGzip`.
    package init(path: String) throws(TableError) {
        if path == "-" {
            let stored = try Self.everything(in: .standardInput, path: "standard input")
            try self.init(source: "standard input", stored: stored)
        } else {
            let (stored, origin) = try Self.storedBytes(path: path)
            try self.init(source: path, stored: stored, origin: origin)
        }
    }

    package init(source: String, stored: Data) throws(TableError) {
        try self.init(source: source, stored: stored, origin: nil)
    }

    private init(
        source: String, stored: Data, origin: (handle: FileHandle, stamp: FileStamp)?
    ) throws(TableError) {
        self.source = source
        self.origin = origin
        bytes = stored.starts(with: Gzip.magic) ? try Gzip.decompress(stored, source: source) : stored
    }

    /// Set where the file was written to since it was opened: what was read of it is neither the old file nor the new one.
    package var change: TableError? {
        guard let origin else { return nil }
        var status = stat()
        let isSame = fstat(origin.handle.fileDescriptor, &status) == 0 && FileStamp(status) == origin.stamp
        return isSame ? nil : .changedWhileRead(path: source)
    }

    package static func everything(in handle: FileHandle, path: String) throws(TableError) -> Data {
        do {
            return try handle.readToEnd() ?? Data()
        } catch {
            throw .cannotRead(path: path, reason: error.localizedDescription)
        }
    }

    private static func storedBytes(
        path: String
    ) throws(TableError) -> (Data, origin: (handle: FileHandle, stamp: FileStamp)?) {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else {
            let code = errno
            if code == ENOENT || code == ENOTDIR { throw .fileNotFound(path: path) }
            throw .cannotRead(path: path, reason: String(cString: strerror(code)))
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .cannotRead(path: path, reason: String(cString: strerror(errno)))
        }
        let kind = status.st_mode & S_IFMT
        if kind == S_IFDIR { throw .cannotRead(path: path, reason: "it is a directory") }
        // Only regular files can be mapped; a pipe must be read through the one descriptor opened on it.
        guard kind == S_IFREG else { return (try everything(in: handle, path: path), nil) }
        let data = try mapped(descriptor, count: Int(status.st_size), path: path)
        return (data, (handle, FileStamp(status)))
    }

    /// Pages of the file itself: nothing is copied. Bytes that change are seen changed, which the readers bear; pages that are cut off
    /// end the program when they are read (SIGBUS).
    private static func mapped(_ descriptor: Int32, count: Int, path: String) throws(TableError) -> Data {
        // No range of no bytes can be mapped.
        guard count > 0 else { return Data() }
        guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
            throw .cannotRead(path: path, reason: String(cString: strerror(errno)))
        }
        return Data(bytesNoCopy: base, count: count, deallocator: .unmap)
    }
}

/// What differs between a file and the same file written to.
private struct FileStamp: Equatable {
    private let size: Int
    private let seconds: Int
    private let nanoseconds: Int

    init(_ status: stat) {
        #if canImport(Darwin)
            let time = status.st_mtimespec
        #else
            let time = status.st_mtim
        #endif
        (size, seconds, nanoseconds) = (Int(status.st_size), time.tv_sec, time.tv_nsec)
    }
}

extension DataTable {
    /// Reads a table from a CSV file or a NumPy `.npy` array, either of them plain or gzipped.
    ///
    /// The format is recognised by the content, not from the file's name.
    ///
    /// A CSV file must begin with a line of column names. Fields may be quoted as in RFC 4180; blank lines are skipped;
    /// a field that is empty, `NA` or `NaN` is missing. A column with any other text in it becomes
    /// ``TableColumn/Content/notNumeric(line:column:field:)`` unless it is named in ``TableOptions/textColumns``.
    /// - Parameters:
    ///   - path: The file, or `-` for standard input, which is read to its end.
    ///   - options: The delimiter, and which columns are wanted as text.
    /// - Throws: `fileNotFound` or `cannotRead` if there are no bytes to read or they change meanwhile; `emptyFile`, `noRows`,
    ///   `unsupportedFormat`, `duplicateColumn`, `raggedRow`, `unterminatedQuote`, `malformedNPY`,
    ///   `columnNamesMismatch` or `corruptGzip` if they are not a table.
    public static func read(path: String, options: TableOptions = TableOptions()) throws(TableError) -> DataTable {
        let input = try TableInput(path: path)
        let result = Result { () throws(TableError) in try table(of: input, options: options) }
        // What looks wrong may come of the change.
        if let change = input.change { throw change }
        return try result.get()
    }

    package static func table(of input: TableInput, options: TableOptions) throws(TableError) -> DataTable {
        let array: DataTable? = try input.bytes.withUnsafeBytes { raw in
            Result { () throws(TableError) in
                try arrayTable(source: input.source, raw: raw, options: options)
            }
        }.get()
        if let array { return array }
        return try CSVReader(source: input.source, data: input.bytes, options: options).table()
    }

    /// The table if the bytes are a NumPy array.
    private static func arrayTable(
        source: String, raw: UnsafeRawBufferPointer, options: TableOptions
    ) throws(TableError) -> DataTable? {
        if raw.starts(with: NPYHeader.magic) {
            return try NPYReader(source: source, raw: raw, options: options).table()
        }
        try refuseForeign(raw, source: source)
        return nil
    }

    static func refuseForeign(_ bytes: some Collection<UInt8>, source: String) throws(TableError) {
        if let format = foreignFormats.first(where: { bytes.starts(with: $0.magic) }) {
            throw .unsupportedFormat(source: source, format: format.name)
        }
        if isJSON(bytes) {
            throw .unsupportedFormat(
                source: source, format: "JSON text, as model, study and statistics files are, not a table")
        }
    }

    /// No header begins so, but objects of JSON and arrays of them do.
    private static func isJSON(_ bytes: some Collection<UInt8>) -> Bool {
        let blanks = Set(" \t\r\n".utf8)
        let start = bytes.prefix(4096).lazy.filter { !blanks.contains($0) }.prefix(2)
        let text = String(decoding: Array(start), as: UTF8.self)
        return ["{\"", "{}", "[{", "[[", "[\""].contains(text)
    }

    /// Files people try that would otherwise fail with a puzzling complaint about their first line.
    private static let foreignFormats: [(magic: [UInt8], name: String)] = [
        ([0x50, 0x4B, 0x03, 0x04], "a zip archive, as .xlsx and .npz files are"),
        ([0x50, 0x41, 0x52, 0x31], "a Parquet file"),
        ([0xFF, 0xFE], "UTF-16 text"),
        ([0xFE, 0xFF], "UTF-16 text"),
    ]
}
