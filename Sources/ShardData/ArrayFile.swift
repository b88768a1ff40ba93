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
    package var byteCount: Int { layout.rowCount * layout.columnCount * layout.element.size }

    /// The first rows: the table's columns, for a selection to be made from.
    package func preview() -> DataTable { piece(0..<min(Self.previewedRows, rowCount)) }

    /// Some of the rows as a table.
    func piece(_ range: Range<Int>) -> DataTable {
        let columns = ArrayColumns(covariates: Array(0..<layout.columnCount - 1), response: layout.columnCount - 1)
        let rows = FileRows(file: file, layout: layout, columns: columns).chosen(range)
        let table = names.indices.map { index in
            TableColumn(
                name: names[index],
                content: .numbers(index < columns.response ? Array(rows.covariates.column(index)) : rows.responses))
        }
        var lines = TableRowLines()
        lines.note(row: 0, line: range.lowerBound + 1)
        return DataTable(source: path, columns: table, rowCount: range.count, rowLines: lines)
    }

    /// The rows as they lie; nil where some must be left out, so that a copy is needed.
    ///
    /// - Throws: as ``RowSelection/rows(of:)``.
    package func rows(
        _ selection: RowSelection, parallelism: Parallelism
    ) throws(ShardDataError) -> (any RowSource)? {
        let rows = FileRows(file: file, layout: layout, columns: try columns(selection))
        let check = RowCheck(rows, parallelism: parallelism)
        try check.refuse(selection, source: path)
        return check.missing == nil && !check.hasWeightless ? rows : nil
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

extension RowCheck {
    /// - Throws: for what no rule leaves out.
    fileprivate func refuse(_ selection: RowSelection, source: String) throws(ShardDataError) {
        let names = selection.design.covariates + [selection.design.target] + [selection.weights].compactMap { $0 }
        if let unusable {
            throw .unusableValue(
                source: source, line: unusable.row + 1, column: names[unusable.column], value: unusable.value)
        }
        if selection.missing == .error, let missing {
            throw .missingValue(source: source, line: missing.row + 1, column: names[missing.column])
        }
        if let unusableWeight, missing == nil {
            throw .unusableWeight(
                source: source, line: unusableWeight.row + 1, column: selection.weights ?? "",
                value: unusableWeight.value)
        }
    }
}

extension FileRows {
    /// Consecutive rows.
    fileprivate func chosen(_ range: Range<Int>) -> ShardRows {
        var covariates = Matrix(rowCount: range.count, columnCount: covariateCount)
        var responses = [Double](repeating: 0, count: range.count)
        let block = RowBlock(momentCount: momentCount)
        defer { block.deallocate() }
        forEachBlock(in: range, block) { start, count in
            for lane in 0..<count {
                let row = start + lane - range.lowerBound
                for column in 0..<covariateCount { covariates[row, column] = block.covariate(column)[lane] }
                responses[row] = block.responses[lane]
            }
        }
        return ShardRows(covariates: covariates, responses: responses)
    }
}
