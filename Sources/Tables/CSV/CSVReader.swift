import Foundation
import Numerics

/// Reads a CSV file, large plain ones in parts by several threads.
package struct CSVReader {
    private let source: String
    private let data: Data
    private let parallelism: Parallelism
    private let names: [String]
    private let isWhole: Bool
    private let columns: [CSVColumn]
    /// At the end of the header.
    let start: (position: Int, line: Int)
    let delimiter: UInt8
    /// How many bytes are worth a thread's attention.
    package var partSize = 1 << 20
    /// Off, every field goes the way of the odd ones.
    package var plainRuns = true
    /// Called between the two passes, that over the lines and that over their fields.
    package var linesCounted: @Sendable () -> Void = {}

    /// Reads the header.
    /// - Throws: `emptyFile`, `duplicateColumn`, `notUTF8`, `unterminatedQuote`.
    package init(source: String, data: Data, options: TableOptions) throws(TableError) {
        self.source = source
        self.data = data
        isWhole = true
        parallelism = options.parallelism
        delimiter = options.delimiter
        (names, start) = try Self.withBytes(of: data) { bytes throws(TableError) in
            var cursor = CSVCursor(source: source, bytes: bytes, delimiter: options.delimiter)
            let names = try Self.header(&cursor)
            return (names, (cursor.position, cursor.line))
        }
        columns = names.map { CSVColumn(isText: options.keepsAllText || options.textColumns.contains($0)) }
    }

    /// A piece of the same file, whose first line has the given number.
    init(_ first: CSVReader, continuedWith data: Data, line: Int) {
        source = first.source
        self.data = data
        parallelism = first.parallelism
        names = first.names
        columns = first.columns
        delimiter = first.delimiter
        start = (0, line)
        isWhole = false
    }

    /// The line ends in the rows.
    var lineCount: Int {
        Self.withBytes(of: data) { CSVLines.lineEnds(in: UnsafeBufferPointer(rebasing: $0[start.position...])) }
    }

    /// Reads the rows.
    /// - Throws: `noRows`, `raggedRow`, `unterminatedQuote`; `cannotRead` where the bytes change meanwhile.
    package func table() throws(TableError) -> DataTable {
        let ranges = Self.withBytes(of: data) { partRanges(in: $0) }
        let lineEnds = parallelism.map(count: ranges.count) { index in
            Self.withBytes(of: data) { CSVLines.lineEnds(in: UnsafeBufferPointer(rebasing: $0[ranges[index]])) }
        }
        let lineCount = lineEnds.reduce(1, +)
        let stores = columns.map { _ in CSVNumberStore(capacity: lineCount) }
        // No row begins without a line; where some are blank, the rows of later parts are moved in the end.
        let firstRows = lineEnds.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
        linesCounted()
        let parts = parallelism.map(count: ranges.count) { index in
            Result { () throws(TableError) in
                // The last row of all may have no line end.
                let end = index + 1 < ranges.count ? firstRows[index + 1] : lineCount
                return try readPart(ranges[index], rows: firstRows[index]..<end, stores)
            }
        }
        var joined = CSVPart(columns: columns)
        for (part, firstRow) in zip(parts, firstRows) { try join(part.get(), firstRow: firstRow, stores, to: &joined) }
        guard joined.rowCount > 0 else { throw .noRows(path: source) }
        return table(of: joined, stores)
    }

    /// The whole of the rows, or several parts if threads can share them: only quotes could hide a line end.
    private func partRanges(in bytes: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        let rows = start.position..<bytes.count
        guard parallelism.threads > 1, rows.count >= 2 * partSize, let base = bytes.baseAddress,
            memchr(base + rows.lowerBound, Int32(UInt8(ascii: "\"")), rows.count) == nil
        else { return [rows] }
        // More parts than threads, so that none waits long for the last one.
        return CSVLines.parts(of: rows, in: bytes, size: max(partSize, rows.count / (8 * parallelism.threads)))
    }

    private func readPart(
        _ range: Range<Int>, rows: Range<Int>, _ stores: [CSVNumberStore]
    ) throws(TableError) -> CSVPart {
        try Self.withBytes(of: data) { bytes throws(TableError) in
            var cursor = CSVCursor(
                source: source, bytes: UnsafeBufferPointer(rebasing: bytes[..<range.upperBound]), delimiter: delimiter)
            cursor.move(to: range.lowerBound, line: start.line + rows.lowerBound)
            var reader = CSVPartReader(cursor, columns: columns, stores: stores, rows: rows)
            return try reader.read(plainRuns: plainRuns)
        }
    }

    private func join(_ part: CSVPart, firstRow: Int, _ stores: [CSVNumberStore], to whole: inout CSVPart) {
        if whole.rowCount < firstRow, part.rowCount > 0 {
            for store in stores { store.move(firstRow..<firstRow + part.rowCount, to: whole.rowCount) }
        }
        for index in columns.indices { whole.columns[index].append(part.columns[index]) }
        whole.rowLines.append(part.rowLines, afterRows: whole.rowCount)
        whole.rowCount += part.rowCount
    }

    private func table(of whole: CSVPart, _ stores: [CSVNumberStore]) -> DataTable {
        let columns = names.indices.map { index in
            let content = whole.columns[index].content(position: index + 1) {
                stores[index].take(rowCount: whole.rowCount)
            }
            return TableColumn(name: names[index], content: content)
        }
        return DataTable(
            source: source, columns: columns, rowCount: whole.rowCount, rowLines: whole.rowLines, isWhole: isWhole)
    }

    private static func header(_ cursor: inout CSVCursor) throws(TableError) -> [String] {
        guard cursor.reachRow() else { throw .emptyFile(path: cursor.source) }
        var names: [String] = []
        var known: Set<String> = []
        let line = cursor.line
        repeat {
            let name = try name(cursor.field(), in: cursor.bytes, position: names.count + 1)
            guard !name.hasReplacedBytes else {
                throw .notUTF8(source: cursor.source, line: line, text: name)
            }
            guard known.insert(name).inserted else { throw .duplicateColumn(source: cursor.source, name: name) }
            names.append(name)
        } while !cursor.rowEnded
        return names
    }

    private static func name(
        _ field: CSVField, in bytes: UnsafeBufferPointer<UInt8>, position: Int
    ) -> String {
        let text = field.text(in: bytes)
        let name = field.isQuoted ? text : text.trimmingCharacters(in: .whitespaces)
        return name.isEmpty ? "column\(position)" : name
    }

    private static func withBytes<Value, Failure>(
        of data: Data, _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try data.withUnsafeBytes { raw in
            let bytes = raw.bindMemory(to: UInt8.self)
            return Result { () throws(Failure) in try body(bytes) }
        }.get()
    }
}
