import Messages
import Tables

/// A table of columns that another program owns, in one or more batches of rows, used where they lie.
///
/// The owner keeps the memory as it is until the table is gone.
package struct BorrowedTable: Sendable {
    /// What a column holds.
    package enum Element: Int32, Sendable {
        case float64 = 0
        case float32 = 1
        /// UTF-8, row after row, with the 64-bit offsets of the rows and of the end; an empty text is a missing value.
        case text = 2

        var size: Int { self == .float64 ? 8 : 4 }
    }

    /// The rows of one column in one batch.
    package struct Part: Sendable {
        /// The first number, or the offsets of a text.
        nonisolated(unsafe) let start: UnsafeRawPointer
        /// From one number to the next, in elements.
        let stride: Int
        /// Of a text.
        nonisolated(unsafe) let bytes: UnsafeRawPointer?

        package init(start: UnsafeRawPointer, stride: Int, bytes: UnsafeRawPointer?) {
            self.start = start
            self.stride = stride
            self.bytes = bytes
        }
    }

    struct Batch: Sendable {
        var firstRow: Int
        var rowCount: Int
        /// One a column.
        var parts: [Part]
    }

    /// What messages call it.
    package let source: String
    let columns: [(name: String, element: Element)]
    private(set) var batches = [Batch]()

    package init(source: String, columns: [(name: String, element: Element)]) {
        self.source = source
        self.columns = columns
    }

    package var columnNames: [String] { columns.map(\.name) }
    package var columnCount: Int { columns.count }
    package var rowCount: Int { batches.last.map { $0.firstRow + $0.rowCount } ?? 0 }

    package func element(_ column: Int) -> Element { columns[column].element }

    /// - Precondition: one part a column.
    package mutating func append(rowCount count: Int, parts: [Part]) {
        precondition(parts.count == columns.count, "one part a column")
        guard count > 0 else { return }
        batches.append(Batch(firstRow: rowCount, rowCount: count, parts: parts))
    }

    /// A copy of some columns; rows are numbered as a file of these rows would number its lines: the header is line 1.
    ///
    /// - Parameter names: nil for all.
    package func table(_ names: Set<String>? = nil) -> DataTable {
        let chosen = columns.indices.filter { names?.contains(columns[$0].name) ?? true }
        var lines = TableRowLines()
        lines.note(row: 0, line: 2)
        return DataTable(
            source: source, columns: chosen.map { TableColumn(name: columns[$0].name, content: content($0)) },
            rowCount: rowCount, rowLines: lines)
    }

    private func content(_ column: Int) -> TableColumn.Content {
        if columns[column].element == .text { return .text(batches.flatMap { $0.texts(column) }) }
        var values = [Double]()
        values.reserveCapacity(rowCount)
        for batch in batches {
            for row in 0..<batch.rowCount { values.append(batch.number(row, column, columns[column].element)) }
        }
        return .numbers(values)
    }
}

extension BorrowedTable.Batch {
    func number(_ row: Int, _ column: Int, _ element: BorrowedTable.Element) -> Double {
        let part = parts[column]
        let place = part.start + row * part.stride * element.size
        return element == .float32
            ? Double(place.loadUnaligned(as: Float.self)) : place.loadUnaligned(as: Double.self)
    }

    /// The first `limit` texts.
    func texts(_ column: Int, _ limit: Int = .max) -> [String] {
        let part = parts[column]
        func offset(_ row: Int) -> Int { Int(part.start.loadUnaligned(fromByteOffset: 8 * row, as: Int64.self)) }
        return (0..<min(rowCount, limit)).map { row in
            let (first, end) = (offset(row), offset(row + 1))
            guard let bytes = part.bytes, end > first else { return "" }
            return String(decoding: UnsafeRawBufferPointer(start: bytes + first, count: end - first), as: UTF8.self)
        }
    }
}
