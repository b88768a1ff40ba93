import Foundation

/// The bytes of a file or of standard input, decompressed if they are a gzip stream.
package struct TableInput {
    let source: String
    let bytes: Data

    /// - Throws: `fileNotFound`, `cannotRead`, `corruptGzip`.
    init(path: String) throws(TableError) {
        if path == "-" {
            let stored = try Self.everything(in: .standardInput, path: "standard input")
            try self.init(source: "standard input", stored: stored)
        } else {
            try self.init(source: path, stored: Self.storedBytes(path: path))
        }
    }

    package init(source: String, stored: Data) throws(TableError) {
        self.source = source
        bytes = stored.starts(with: Gzip.magic) ? try Gzip.decompress(stored, source: source) : stored
    }

    package static func everything(in handle: FileHandle, path: String) throws(TableError) -> Data {
        do {
            return try handle.readToEnd() ?? Data()
        } catch {
            throw .cannotRead(path: path, reason: error.localizedDescription)
        }
    }

    private static func storedBytes(path: String) throws(TableError) -> Data {
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
        guard kind == S_IFREG else { return try everything(in: handle, path: path) }
        defer { withExtendedLifetime(handle) {} }
        return try mapped(descriptor, count: Int(status.st_size), path: path)
    }

    private static func mapped(_ descriptor: Int32, count: Int, path: String) throws(TableError) -> Data {
        // No range of no bytes can be mapped.
        guard count > 0 else { return Data() }
        guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
            throw .cannotRead(path: path, reason: String(cString: strerror(errno)))
        }
        return Data(bytesNoCopy: base, count: count, deallocator: .unmap)
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
    /// - Throws: `fileNotFound` or `cannotRead` if there are no bytes to read; `emptyFile`, `noRows`,
    ///   `unsupportedFormat`, `duplicateColumn`, `raggedRow`, `unterminatedQuote`, `malformedNPY`,
    ///   `columnNamesMismatch` or `corruptGzip` if they are not a table.
    package static func read(path: String, options: TableOptions = TableOptions()) throws(TableError) -> DataTable {
        try table(of: TableInput(path: path), options: options)
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
