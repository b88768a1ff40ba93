import Foundation
import Messages

/// The bytes of a file or of standard input, decompressed if they are a gzip stream.
package struct TableInput {
    let source: String
    package let bytes: TableBytes
    /// The regular file that the bytes come from.
    fileprivate let file: OpenFile?

    /// - Throws: `fileNotFound`, `cannotRead`, `corruptGzip`.
    package init(path: String) throws(TableError) {
        if path == "-" {
            let stored = try Self.everything(in: .standardInput, path: "standard input")
            try self.init(source: "standard input", stored: stored)
            return
        }
        let (descriptor, status) = try Self.opened(path)
        // A pipe must be read through the one descriptor opened on it.
        guard status.st_mode & S_IFMT == S_IFREG else {
            let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            try self.init(source: path, stored: Self.everything(in: handle, path: path))
            return
        }
        let opened = OpenFile(path: path, descriptor: descriptor, stamp: FileStamp(status))
        let size = Int(status.st_size)
        guard opened.isCompressed else {
            self.init(source: path, bytes: TableBytes(opened, count: size), file: opened)
            return
        }
        let stored = opened.bytes(0..<size)
        if let failure = opened.failure { throw failure }
        self.init(source: path, bytes: TableBytes(try Gzip.decompress(stored, source: path)), file: nil)
    }

    package init(source: String, stored: Data) throws(TableError) {
        let bytes = stored.starts(with: Gzip.magic) ? try Gzip.decompress(stored, source: source) : stored
        self.init(source: source, bytes: TableBytes(bytes), file: nil)
    }

    private init(source: String, bytes: TableBytes, file: OpenFile?) {
        self.source = source
        self.bytes = bytes
        self.file = file
    }

    /// Set where the file was written to since it was opened, or could not be read to its end.
    package var change: TableError? { file?.failure }

    package static func everything(in handle: FileHandle, path: String) throws(TableError) -> Data {
        do {
            return try handle.readToEnd() ?? Data()
        } catch {
            throw .cannotRead(path: path, reason: error.localizedDescription)
        }
    }

    private static func opened(_ path: String) throws(TableError) -> (descriptor: Int32, status: stat) {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else {
            let code = errno
            if code == ENOENT || code == ENOTDIR { throw .fileNotFound(path: path) }
            throw .cannotRead(path: path, reason: String(cString: strerror(code)))
        }
        var status = stat()
        let code = fstat(descriptor, &status) == 0 ? 0 : errno
        guard code == 0, status.st_mode & S_IFMT != S_IFDIR else {
            close(descriptor)
            throw .cannotRead(path: path, reason: code == 0 ? "it is a directory" : String(cString: strerror(code)))
        }
        return (descriptor, status)
    }
}

extension DataTable {
    /// Reads a table from a CSV file or a NumPy `.npy` array, either of them plain or gzipped.
    ///
    /// The format is recognised by the content, not from the file's name.
    ///
    /// A CSV file must begin with a line of column names. Fields may be quoted as in RFC 4180; blank lines are skipped;
    /// a field that is empty, `NA` or `NaN` is missing. A column with any other text in it becomes
    /// ``TableColumn/Content/notNumeric(line:column:field:numberLine:)`` unless it is named in ``TableOptions/textColumns``.
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
        let (source, bytes) = (input.source, input.bytes)
        let isArray = try bytes.with(0..<min(bytes.count, ForeignFormat.reach)) { start throws(TableError) in
            if start.starts(with: NPYHeader.magic) { return true }
            try ForeignFormat.refuse(start, source: source)
            return false
        }
        guard isArray else { return try CSVReader(source: source, bytes: bytes, options: options).table() }
        if let file = input.file, let array = try ArrayFile(file, size: bytes.count, options: options) {
            return array.table()
        }
        return try bytes.with(0..<bytes.count) { all throws(TableError) in
            try NPYReader(source: source, raw: UnsafeRawBufferPointer(all), options: options).table()
        }
    }
}
