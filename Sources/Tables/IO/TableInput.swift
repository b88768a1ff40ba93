import Foundation
import Messages

/// The bytes of a file or of standard input, decompressed if they are a gzip stream.
package struct TableInput {
    let source: String
    /// All of them, or the beginning.
    package let bytes: TableBytes
    /// What follows; nil where that is all.
    fileprivate let rest: ByteStream?
    /// The regular file that the bytes come from.
    fileprivate let file: OpenFile?

    /// - Throws: `fileNotFound`, `cannotRead`, `corruptGzip`, `beyondMemory`.
    package init(path: String) throws(TableError) {
        if path == "-" {
            try self.init(.standardInput, source: "standard input")
            return
        }
        let (descriptor, status) = try OpenFile.opened(path)
        // A pipe must be read through the one descriptor opened on it.
        guard status.st_mode & S_IFMT == S_IFREG else {
            try self.init(FileHandle(fileDescriptor: descriptor, closeOnDealloc: true), source: path)
            return
        }
        let opened = OpenFile(path: path, descriptor: descriptor, stamp: FileStamp(status))
        let size = Int(status.st_size)
        guard opened.isCompressed else {
            self.init(source: path, bytes: TableBytes(opened, count: size), rest: nil, file: opened)
            return
        }
        try Memory.check(size, source: path)
        let stored = opened.bytes(0..<size)
        if let failure = opened.failure { throw failure }
        try self.init(source: path, stored: stored)
    }

    /// - Parameter step: how many bytes are looked at first.
    package init(source: String, stored: Data, step: Int = TableInput.step) throws(TableError) {
        guard stored.starts(with: GzipStream.magic) else {
            self.init(source: source, bytes: TableBytes(stored), rest: nil, file: nil)
            return
        }
        let stream = ByteStream(origin: .gzip(try GzipStream(stored, source: source)), step: step)
        let start = try stream.next(step)
        self.init(source: source, bytes: TableBytes(start), rest: start.count < step ? nil : stream, file: nil)
    }

    package static let step = ByteStream.usualStep

    private init(_ handle: FileHandle, source: String) throws(TableError) {
        let stream = ByteStream(origin: .handle(handle, path: source), step: Self.step)
        let start = try stream.next(Self.step)
        if start.starts(with: GzipStream.magic) {
            let stored = start.count < Self.step ? start : try stream.everything(after: start, source: source)
            try self.init(source: source, stored: stored)
        } else {
            self.init(
                source: source, bytes: TableBytes(start), rest: start.count < Self.step ? nil : stream, file: nil)
        }
    }

    private init(source: String, bytes: TableBytes, rest: ByteStream?, file: OpenFile?) {
        self.source = source
        self.bytes = bytes
        self.rest = rest
        self.file = file
    }

    /// Set where the file was written to since it was opened, or could not be read to its end.
    package var change: TableError? { file?.failure }
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
    /// - Throws: `fileNotFound` or `cannotRead` if there are no bytes to read or they change meanwhile; `beyondMemory` if what
    ///   comes of a pipe or of a compressed file is too much; `emptyFile`, `noRows`,
    ///   `unsupportedFormat`, `duplicateColumn`, `raggedRow`, `unterminatedQuote`, `malformedNPY`,
    ///   `columnNamesMismatch`, `namesOfHeader` or `corruptGzip` if they are not a table.
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
        guard isArray else {
            return if let rest = input.rest {
                try CSVReader.table(source: source, start: bytes, rest: rest, options: options)
            } else {
                try CSVReader(source: source, bytes: bytes, options: options).table()
            }
        }
        if let file = input.file, let array = try ArrayFile(file, size: bytes.count, options: options) {
            return array.table()
        }
        var whole = bytes
        if let rest = input.rest {
            let start = bytes.with(0..<bytes.count) { Data($0) }
            try NPYReader.checkHeader(start, source: source)
            whole = TableBytes(try rest.everything(after: start, source: source))
        }
        return try whole.with(0..<whole.count) { all throws(TableError) in
            try NPYReader(source: source, raw: UnsafeRawBufferPointer(all), options: options).table()
        }
    }
}
