import Foundation
import Messages

/// Reads a NumPy `.npy` array of one or two dimensions as a table.
struct NPYReader {
    private let source: String
    private let raw: UnsafeRawBufferPointer
    /// Of the whole file, of which `raw` may be the beginning.
    private let byteCount: Int
    private let options: TableOptions
    private let header: NPYHeader

    /// Reads the header of a file that begins with ``NPYHeader/magic``.
    /// - Throws: `malformedNPY`.
    init(
        source: String, raw: UnsafeRawBufferPointer, size: Int? = nil, options: TableOptions
    ) throws(TableError) {
        self.source = source
        self.raw = raw
        byteCount = size ?? raw.count
        self.options = options
        do throws(NPYHeader.Failure) {
            header = try NPYHeader(raw)
        } catch {
            throw .malformedNPY(source: source, reason: error.reason)
        }
    }

    /// Of a file whose beginning is there.
    static func checkHeader(_ start: Data, source: String) throws(TableError) {
        _ = try start.withUnsafeBytes { raw in
            Result { () throws(TableError) in
                try NPYReader(source: source, raw: raw, options: TableOptions())
            }
        }.get()
    }

    /// - Throws: `malformedNPY`, `noRows`, `columnNamesMismatch`, `duplicateColumn`.
    func table() throws(TableError) -> DataTable {
        let (rows, columns) = try size()
        let names = try names(columns: columns)
        let table = (0..<columns).map { column in
            let values = values(column: column, rows: rows, columns: columns)
            let isText = options.textColumns.contains(names[column])
            return TableColumn(
                name: names[column], content: isText ? .text(values.map(Format.label)) : .numbers(values))
        }
        return DataTable(source: source, columns: table, rowCount: rows, rowLines: TableRowLines(.row))
    }

    /// - Throws: `malformedNPY`, `noRows`, `columnNamesMismatch`, `duplicateColumn`.
    func layoutAndNames() throws(TableError) -> (ArrayLayout, [String]) {
        let (rows, columns) = try size()
        let layout = ArrayLayout(
            dataOffset: header.dataOffset, rowCount: rows, columnCount: columns,
            isFortranOrder: header.isFortranOrder, element: header.element)
        return (layout, try names(columns: columns))
    }

    private func size() throws(TableError) -> (rows: Int, columns: Int) {
        guard 1...2 ~= header.shape.count else {
            throw malformed("it has \(header.shape.count) dimensions; give an array of one or two")
        }
        let (rows, columns) = (header.shape[0], header.shape.count == 2 ? header.shape[1] : 1)
        let (count, isTooMany) = rows.multipliedReportingOverflow(by: columns)
        let (expected, isTooLong) = count.multipliedReportingOverflow(by: header.element.size)
        let found = byteCount - header.dataOffset
        guard !isTooMany, !isTooLong, found == expected else {
            let needed = isTooMany || isTooLong ? "more bytes than there can be" : "\(expected) bytes"
            throw malformed(
                "its shape of \(rows) by \(columns) needs \(needed) of data, but \(found) are there; copy it again")
        }
        guard columns > 0 else { throw malformed("it has no columns; give an array with at least one") }
        guard rows > 0 else { throw .noRows(path: source) }
        return (rows, columns)
    }

    private func names(columns: Int) throws(TableError) -> [String] {
        let names = options.columnNames ?? (0..<columns).map { "c\($0)" }
        guard names.count == columns else {
            throw .columnNamesMismatch(source: source, names: names.count, columns: columns)
        }
        var seen: Set<String> = []
        if let double = names.first(where: { !seen.insert($0).inserted }) {
            throw .duplicateColumn(source: source, name: double)
        }
        return names
    }

    private func values(column: Int, rows: Int, columns: Int) -> [Double] {
        let (first, step) = header.isFortranOrder ? (column * rows, 1) : (column, columns)
        return header.element.numbers(
            raw, at: header.dataOffset + first * header.element.size, stride: step, count: rows)
    }

    private func malformed(_ reason: String) -> TableError { .malformedNPY(source: source, reason: reason) }
}
