import Foundation
import Messages

/// A table that is read piece by piece, for files larger than memory.
package struct TableStream {
    private enum Source {
        case array(ArrayFile, next: Int)
        case text(CSVStream)
    }

    private var source: Source
    /// In a piece of an array: as many as give a few megabytes.
    private static let numbersInPiece = 1 << 20

    /// - Throws: as ``DataTable/read(path:options:)``; `cannotRead` for what is no plain regular file.
    ///
    /// - Parameter pieceSize: bytes of text to read at a time.
    package init(path: String, options: TableOptions, pieceSize: Int = 1 << 23) throws(TableError) {
        if let array = try ArrayFile(path: path, options: options) {
            source = .array(array, next: 0)
        } else {
            source = .text(try CSVStream(path: path, options: options, pieceSize: pieceSize))
        }
    }

    /// The next rows; nil after the last.
    package mutating func next() throws(TableError) -> DataTable? {
        switch source {
        case .array(let array, let start):
            guard start < array.rowCount else { return nil }
            let end = min(array.rowCount, start + max(64, Self.numbersInPiece / array.layout.columnCount))
            source = .array(array, next: end)
            let piece = array.piece(start..<end)
            if let failure = array.failure { throw failure }
            return piece
        case .text(var stream):
            let piece = try stream.next()
            source = .text(stream)
            return piece
        }
    }
}

/// A CSV file that is read some megabytes at a time, cut where a line ends outside quotes.
struct CSVStream {
    private let file: OpenFile
    private let size: Int
    private let reader: CSVReader
    private var position: Int
    private var line: Int
    private let pieceSize: Int
    /// Reads the header.
    init(path: String, options: TableOptions, pieceSize: Int) throws(TableError) {
        guard path != "-" else { throw .notOutOfCore(path: "standard input", reason: "it can be read only once") }
        guard let (file, size) = try OpenFile.regular(path) else {
            throw .notOutOfCore(path: path, reason: "it is no regular file")
        }
        self.file = file
        self.size = size
        self.pieceSize = pieceSize
        guard !file.isCompressed else { throw .notOutOfCore(path: path, reason: "it is compressed") }
        let bytes = TableBytes(file, count: size)
        try bytes.with(0..<min(size, ForeignFormat.reach)) { start throws(TableError) in
            try ForeignFormat.refuse(start, source: path)
        }
        reader = try CSVReader(source: path, bytes: bytes, options: options)
        (position, line) = reader.start
    }

    mutating func next() throws(TableError) -> DataTable? {
        while position < size {
            let piece = pieceOfWholeLines()
            let part = CSVReader(reader, continuedWith: piece, line: line)
            position += piece.count
            line += part.lineCount
            if let failure = file.failure { throw failure }
            do throws(TableError) { return try part.table() } catch {
                // A piece may be all blank lines.
                guard case .noRows = error else { throw error }
            }
        }
        return nil
    }

    private func pieceOfWholeLines() -> Data {
        var length = pieceSize
        while position + length < size {
            let piece = file.bytes(position..<position + length)
            let end = piece.withUnsafeBytes {
                CSVLines.lastRowEnd(in: $0.bindMemory(to: UInt8.self), delimiter: reader.delimiter)
            }
            if let end { return piece.prefix(end) }
            length *= 2
        }
        return file.bytes(position..<size)
    }
}
