import Foundation

/// A `.npy` array in a regular file, used where it lies.
package struct ArrayFile {
    package let path: String
    package let layout: ArrayLayout
    package let names: [String]
    package let file: OpenFile

    private static let previewedRows = 16

    /// Nil where the file is something else: a pipe, another format, compressed.
    ///
    /// - Throws: `fileNotFound`, `cannotRead`, `malformedNPY`, `noRows`, `columnNamesMismatch`, `duplicateColumn`.
    package init?(path: String, options: TableOptions) throws(TableError) {
        guard let (file, size) = try OpenFile.regular(path) else { return nil }
        try self.init(file, size: size, options: options)
    }

    /// Nil where the file is no array.
    ///
    /// - Throws: `malformedNPY`, `noRows`, `columnNamesMismatch`, `duplicateColumn`.
    init?(_ file: OpenFile, size: Int, options: TableOptions) throws(TableError) {
        var start = [UInt8](repeating: 0, count: min(size, NPYHeader.longestStart))
        start.withUnsafeMutableBytes { file.read(at: 0, into: $0) }
        guard start.starts(with: NPYHeader.magic) else { return nil }
        let reader = try start.withUnsafeBytes { raw in
            Result { () throws(TableError) in
                try NPYReader(source: file.path, raw: raw, size: size, options: options)
            }
        }.get()
        (layout, names) = try reader.layoutAndNames()
        path = file.path
        self.file = file
    }

    package var rowCount: Int { layout.rowCount }

    /// The first rows: the table's columns, for a selection to be made from.
    package func preview() -> DataTable { piece(0..<min(Self.previewedRows, rowCount)) }

    /// Some of the rows as a table: whole rows are read where the file holds row after row, else a stretch of each column.
    package func piece(_ range: Range<Int>) -> DataTable {
        var columns = [[Double]](repeating: [], count: layout.columnCount)
        append(range, to: &columns)
        return table(of: columns, range)
    }

    /// All rows, some of which are read at a time.
    func table() -> DataTable {
        var columns = [[Double]](repeating: [], count: layout.columnCount)
        for column in columns.indices { columns[column].reserveCapacity(rowCount) }
        let step = max(64, Self.numbersAtATime / layout.columnCount)
        for start in stride(from: 0, to: rowCount, by: step) {
            append(start..<min(start + step, rowCount), to: &columns)
        }
        return table(of: columns, 0..<rowCount)
    }

    private static let numbersAtATime = 1 << 17

    private func append(_ range: Range<Int>, to columns: inout [[Double]]) {
        if layout.isFortranOrder {
            for column in columns.indices {
                columns[column] += numbers(row: range.lowerBound, column: column, count: range.count)
            }
        } else {
            let values = numbers(row: range.lowerBound, column: 0, count: range.count * layout.columnCount)
            for column in columns.indices {
                columns[column] += range.indices.lazy.map {
                    values[($0 - range.lowerBound) * layout.columnCount + column]
                }
            }
        }
    }

    private func table(of columns: [[Double]], _ range: Range<Int>) -> DataTable {
        var lines = TableRowLines(.row)
        lines.note(row: 0, line: range.lowerBound + 1)
        return DataTable(
            source: path, columns: zip(names, columns).map { TableColumn(name: $0, content: .numbers($1)) },
            rowCount: range.count, rowLines: lines, isWhole: range.count == rowCount)
    }

    /// Numbers that lie one after the other in the file.
    private func numbers(row: Int, column: Int, count: Int) -> [Double] {
        withUnsafeTemporaryAllocation(byteCount: count * layout.element.size, alignment: 8) { buffer in
            file.read(at: layout.offset(row: row, column: column), into: buffer)
            return layout.element.numbers(UnsafeRawBufferPointer(buffer), at: 0, stride: 1, count: count)
        }
    }

    /// Set where the file changed while it was read.
    package var failure: TableError? { file.failure }
}
