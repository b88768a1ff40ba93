import Aggregation
import MixtureOfExperts
import Numerics
import StudyData
import Tables

/// Rows whose covariates serve as support; nothing else of them is read.
package enum SupportInput: Sendable {
    /// With the names that the report gives them.
    case files([(path: String, label: String)], TableOptions)
    case borrowed(BorrowedTable)
    /// A table that was read already.
    case table(DataTable)

    func given(
        _ selection: RowSelection, parallelism: Parallelism, notices: @escaping ReadingNotice.Handler
    ) throws(TableError) -> GivenSupport {
        var parts = [Matrix]()
        let names: String
        switch self {
        case .files(let files, var options):
            options.textColumns = selection.textColumns
            options.parallelism = parallelism
            names = files.map(\.label).joined(separator: ", ")
            for (path, _) in files {
                parts.append(try covariates(of: .read(path: path, options: options), selection, notices))
            }
        case .borrowed(let table):
            names = table.source
            parts.append(try covariates(of: table.table(selection.tableColumns), selection, notices))
        case .table(let table):
            names = table.source
            parts.append(try covariates(of: table, selection, notices))
        }
        let rows = parts.map { ShardRows(covariates: $0, responses: [Double](repeating: 0, count: $0.rowCount)) }
        return GivenSupport(covariates: ShardRows.concatenation(rows).covariates, source: names)
    }

    /// Rows that miss one are left out where the rule says so.
    private func covariates(
        of table: DataTable, _ selection: RowSelection, _ notices: @escaping ReadingNotice.Handler
    ) throws(TableError) -> Matrix {
        let selected = try selection.covariates(of: table, withResponses: false)
        ReadingNotice.reportLeftOut(to: notices)(
            table.rowCount - selected.kept.count, table.rowCount, table.source)
        return selected.covariates
    }
}
