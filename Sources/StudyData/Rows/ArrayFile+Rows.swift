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
        let positions = ColumnPositions(names, source: path)
        return ArrayColumns(
            covariates: try positions.positions(selection.design.covariates),
            response: try positions.position(selection.design.target),
            weights: try selection.weights.map(positions.position))
    }
}
