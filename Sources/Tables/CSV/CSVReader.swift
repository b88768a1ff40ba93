import Foundation
import Messages
import Numerics

/// Reads a CSV file, large plain ones in parts by several threads.
package struct CSVReader {
    let source: String
    let bytes: TableBytes
    let parallelism: Parallelism
    private let names: [String]
    private let isWhole: Bool
    let columns: [CSVColumn]
    /// At the end of the header.
    let start: (position: Int, line: Int)
    let delimiter: UInt8
    /// How many bytes are worth a thread's attention.
    package var partSize = 1 << 20
    /// Off, every field goes the way of the odd ones.
    package var plainRuns = true
    /// Called between the two looks at a piece, that at its lines and that at its fields.
    package var linesCounted: @Sendable () -> Void = {}

    /// Bytes in memory.
    /// - Throws: as ``init(source:bytes:options:)``.
    package init(source: String, data: Data, options: TableOptions) throws(TableError) {
        try self.init(source: source, bytes: TableBytes(data), options: options)
    }

    /// Reads the header.
    /// - Throws: `emptyFile`, `duplicateColumn`, `notUTF8`, `unterminatedQuote`, `namesOfHeader`.
    package init(source: String, bytes: TableBytes, options: TableOptions) throws(TableError) {
        self.source = source
        self.bytes = bytes
        isWhole = true
        parallelism = options.parallelism
        delimiter = options.delimiter
        let header = try CSVHeader(source: source, bytes: bytes, delimiter: options.delimiter)
        names = header.names
        if let given = options.columnNames, given != names { throw .namesOfHeader(source: source) }
        start = (header.end, header.endLine)
        columns = names.map { CSVColumn(isText: options.keepsAllText || options.textColumns.contains($0)) }
    }

    /// A piece of the same file, whose first line has the given number.
    init(_ first: CSVReader, continuedWith data: Data, line: Int) {
        source = first.source
        bytes = TableBytes(data)
        parallelism = first.parallelism
        names = first.names
        columns = first.columns
        delimiter = first.delimiter
        start = (0, line)
        isWhole = false
    }

    /// The line ends in the rows.
    var lineCount: Int { bytes.with(start.position..<bytes.count) { CSVLines.lineEnds(in: $0) } }

    /// Reads the rows.
    /// - Throws: `noRows`, `raggedRow`, `unterminatedQuote`; `cannotRead` where the bytes change meanwhile.
    package func table() throws(TableError) -> DataTable {
        let (parts, stores) = partsReadOnce() ?? partsReadTwice()
        var joined = CSVPart(columns: columns)
        var placed: [(part: CSVPart, firstRow: Int)] = []
        for (result, firstRow) in parts {
            let part = try result.get()
            placed.append((part, joined.rowCount))
            join(part, firstRow: firstRow, stores, to: &joined)
        }
        guard joined.rowCount > 0 else { throw .noRows(path: source) }
        return table(of: joined, placed, stores)
    }

    /// What was read of each part, and where its rows are in the stores.
    private typealias Parts = [(part: Result<CSVPart, TableError>, firstRow: Int)]

    /// The rows, cut at line feeds, each piece counted and read while it is at hand; nil where that is no way to cut them.
    private func partsReadOnce() -> (Parts, [CSVNumberStore])? {
        guard endsWithFeed else { return nil }
        let pieces = self.pieces
        let counts = CSVLineCounts(byteCount: pieces.rows.count, columns: columns.count)
        let stores = columns.map { _ in CSVNumberStore() }
        let parts = parallelism.map(count: pieces.count) { index in
            pieces.withPiece(index, counts) { bytes, isLast -> (part: Result<CSVPart, TableError>, firstRow: Int)? in
                let lineEnds = CSVLines.lineEnds(in: bytes)
                guard let lines = counts.add(lineEnds, bytes: bytes.count, ofPiece: index) else { return nil }
                linesCounted()
                // The last row of all may have no line end.
                let rows = lines.before..<lines.before + lineEnds + (isLast ? 1 : 0)
                let part = Result { () throws(TableError) in
                    try read(bytes, rows: rows, line: rows.lowerBound, expected: lines.expected, stores)
                }
                return (part, rows.lowerBound)
            }
        }
        return counts.isIrregular ? nil : (parts.compactMap { $0 }, stores)
    }

    /// The rows, counted and cut first, whatever is within quotes.
    private func partsReadTwice() -> (Parts, [CSVNumberStore]) {
        let pieces = self.pieces.cut()
        let firstRows = pieces.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.lineEnds) }
        let lineCount = firstRows[firstRows.count - 1] + 1
        let stores = columns.map { _ in CSVNumberStore() }
        linesCounted()
        let parts = parallelism.map(count: pieces.count) { index in
            let end = index + 1 < pieces.count ? firstRows[index + 1] : lineCount
            return bytes.with(pieces[index].range) { bytes in
                Result { () throws(TableError) in
                    try read(
                        bytes, rows: firstRows[index]..<end, line: firstRows[index], expected: lineCount, stores)
                }
            }
        }
        return (Array(zip(parts, firstRows)), stores)
    }

    private var pieces: CSVPieces {
        CSVPieces(
            bytes: bytes, rows: start.position..<bytes.count, delimiter: delimiter, size: pieceSize,
            rowLength: start.position)
    }

    /// Work for each part of a wide table is in proportion to its columns.
    var pieceSize: Int { max(partSize, partSize / 4096 * columns.count) }

    /// Whether the header does, and so probably every row.
    private var endsWithFeed: Bool {
        bytes.with(max(start.position - 1, 0)..<start.position) { $0.first == UInt8(ascii: "\n") }
    }

    /// - Parameters:
    ///   - rows: where they belong in the stores.
    ///   - line: how many lines there are before them and behind the header.
    func read(
        _ bytes: UnsafeBufferPointer<UInt8>, rows: Range<Int>, line: Int, expected: Int, _ stores: [CSVNumberStore]
    ) throws(TableError) -> CSVPart {
        var cursor = CSVCursor(source: source, bytes: bytes, delimiter: delimiter)
        cursor.move(to: 0, line: start.line + line)
        var reader = CSVPartReader(cursor, columns: columns, stores: stores, rows: rows, expected: expected)
        return try reader.read(plainRuns: plainRuns)
    }

    func join(_ part: CSVPart, firstRow: Int, _ stores: [CSVNumberStore], to whole: inout CSVPart) {
        if whole.rowCount < firstRow, part.rowCount > 0 {
            for store in stores { store.move(firstRow..<firstRow + part.rowCount, to: whole.rowCount) }
        }
        for index in columns.indices { whole.columns[index].append(part.columns[index]) }
        whole.rowLines.append(part.rowLines, afterRows: whole.rowCount)
        whole.rowCount += part.rowCount
    }

    func table(
        of whole: CSVPart, _ parts: [(part: CSVPart, firstRow: Int)], _ stores: [CSVNumberStore]
    ) -> DataTable {
        let columns = names.indices.map { index in
            let content = whole.columns[index].content(
                position: index + 1, numberLine: firstNumberLine(index, of: whole, parts, stores[index])
            ) {
                stores[index].take(rowCount: whole.rowCount)
            }
            return TableColumn(name: names[index], content: content)
        }
        return DataTable(
            source: source, columns: columns, rowCount: whole.rowCount, rowLines: whole.rowLines, isWhole: isWhole)
    }

    /// Of a column that holds text as well.
    private func firstNumberLine(
        _ column: Int, of whole: CSVPart, _ parts: [(part: CSVPart, firstRow: Int)], _ store: CSVNumberStore
    ) -> Int? {
        guard whole.columns[column].kind == .ignored else { return nil }
        return parts.lazy.compactMap { part, firstRow -> Int? in
            let own = part.columns[column]
            if own.kind == .ignored { return own.numberLine }
            return store.firstNumber(in: firstRow..<firstRow + part.rowCount).map(whole.rowLines.line(ofRow:))
        }.first
    }
}
