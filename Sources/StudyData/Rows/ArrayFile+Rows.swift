import MixtureOfExperts
import Numerics
import Tables

extension ArrayFile {
    /// The rows as they lie; nil where some must be left out or refused, or where columns must be made of them.
    ///
    /// - Throws: `noSuchColumn`.
    package func rows(
        _ selection: RowSelection, parallelism: Parallelism
    ) throws(TableError) -> (any RowSource)? {
        guard selection.takesColumnsAsTheyAre else { return nil }
        let rows = FileRows(file: file, layout: layout, columns: try columns(selection))
        return rows.isClean(parallelism) ? rows : nil
    }

    private func columns(_ selection: RowSelection) throws(TableError) -> ArrayColumns {
        let positions = Dictionary(zip(names, names.indices)) { first, _ in first }
        func position(_ name: String) throws(TableError) -> Int {
            guard let index = positions[name] else {
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
