import Foundation
import LinearAlgebra
import MixtureOfExperts

/// A `.npy` array in a regular file, used where it lies.
package struct ArrayFile {
    let path: String
    let layout: ArrayLayout
    let names: [String]
    private let file: OpenFile

    private static let longestHeader = 1 << 16
    private static let previewedRows = 16

    /// Nil where the file is something else: a pipe, another format, compressed.
    ///
    /// - Throws: `malformedNPY`, `noRows`, `columnNamesMismatch`, `duplicateColumn`.
    package init?(path: String, options: TableOptions) throws(ShardDataError) {
        guard let (file, size) = OpenFile.regular(path) else { return nil }
        var start = [UInt8](repeating: 0, count: min(size, Self.longestHeader))
        start.withUnsafeMutableBytes { file.read(at: 0, into: $0) }
        guard start.starts(with: NPYHeader.magic) else { return nil }
        let reader = try start.withUnsafeBytes { raw in
            Result { () throws(ShardDataError) in
                try NPYReader(source: path, raw: raw, size: size, options: options)
            }
        }.get()
        (layout, names) = try reader.layoutAndNames()
        self.path = path
        self.file = file
    }

    package var rowCount: Int { layout.rowCount }

    /// The first rows: the table's columns, for a selection to be made from.
    package func preview() -> DataTable { piece(0..<min(Self.previewedRows, rowCount)) }

    /// Some of the rows as a table.
    func piece(_ range: Range<Int>) -> DataTable {
        let columns = ArrayColumns(covariates: Array(0..<layout.columnCount - 1), response: layout.columnCount - 1)
        let rows = FileRows(file: file, layout: layout, columns: columns).chosen(Array(range))
        let table = names.indices.map { index in
            TableColumn(
                name: names[index],
                content: .numbers(index < columns.response ? Array(rows.covariates.column(index)) : rows.responses))
        }
        var lines = TableRowLines(.row)
        lines.note(row: 0, line: range.lowerBound + 1)
        return DataTable(
            source: path, columns: table, rowCount: range.count, rowLines: lines, isWhole: range.count == rowCount)
    }

    /// The rows as they lie; nil where some must be left out or refused, or where columns must be made of them.
    ///
    /// - Throws: `noSuchColumn`.
    package func rows(
        _ selection: RowSelection, parallelism: Parallelism
    ) throws(ShardDataError) -> (any RowSource)? {
        guard selection.takesColumnsAsTheyAre else { return nil }
        let rows = FileRows(file: file, layout: layout, columns: try columns(selection))
        return rows.isClean(parallelism) ? rows : nil
    }

    /// Set where the file changed while it was read.
    package var failure: ShardDataError? { file.failure }

    private func columns(_ selection: RowSelection) throws(ShardDataError) -> ArrayColumns {
        func position(_ name: String) throws(ShardDataError) -> Int {
            guard let index = names.firstIndex(of: name) else {
                throw .noSuchColumn(source: path, name: name, available: names)
            }
            return index
        }
        var covariates = [Int]()
        for name in selection.design.covariates { covariates.append(try position(name)) }
        return ArrayColumns(
            covariates: covariates, response: try position(selection.design.target),
            weights: try selection.weights.map(position))
    }
}
