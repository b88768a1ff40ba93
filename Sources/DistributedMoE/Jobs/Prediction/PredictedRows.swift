import MixtureOfExperts
import Numerics
import StudyData
import Tables

/// Where rows to be predicted lie.
package enum PredictionInput: Sendable {
    case table(DataTable)
    case borrowed(BorrowedTable)

    /// What messages call it.
    var source: String {
        switch self {
        case .table(let table): table.source
        case .borrowed(let table): table.source
        }
    }
}

/// The rows of a table that are predicted, some at a time: covariates that lie as the model wants them are not copied as a whole.
struct PredictedRows: Sendable {
    struct Part {
        /// 0-based numbers in the table.
        var rows: [Int]
        var covariates: Matrix
        var responses: [Double]?
    }

    private enum Source: Sendable {
        case inPlace(any RowSource)
        case coded(RowSelection.SelectedCovariates)
    }

    private let source: Source
    let hasResponses: Bool
    /// What became of missing values.
    let record: ReadingRecord
    private static let partSize = 4096

    /// - Throws: as ``RowSelection/covariates(of:withResponses:)``.
    init(
        _ input: PredictionInput, _ selection: RowSelection, withResponses: Bool, _ parallelism: Parallelism
    ) throws(TableError) {
        let table: DataTable
        switch input {
        case .table(let read): table = read
        case .borrowed(let borrowed):
            if let rows = try borrowed.rowsToPredict(selection, withResponses: withResponses, parallelism) {
                source = .inPlace(rows)
                hasResponses = withResponses
                record = ReadingRecord(selection)
                return
            }
            table = borrowed.table(selection.tableColumns)
        }
        let selected = try selection.covariates(of: table, withResponses: withResponses)
        source = .coded(selected)
        hasResponses = selected.responses != nil
        var record = ReadingRecord(selection)
        record.rowsLeftOut = .exact(table.rowCount - selected.kept.count)
        record.addGaps(in: selected.covariates, selection)
        self.record = record
    }

    var count: Int {
        switch source {
        case .inPlace(let rows): rows.rowCount
        case .coded(let rows): rows.kept.count
        }
    }

    var parts: [Range<Int>] {
        stride(from: 0, to: count, by: Self.partSize).map { $0..<min($0 + Self.partSize, count) }
    }

    func part(_ range: Range<Int>) -> Part {
        switch source {
        case .inPlace(let source):
            let rows = source.chosen(Array(range))
            return Part(
                rows: Array(range), covariates: rows.covariates, responses: hasResponses ? rows.responses : nil)
        case .coded(let rows):
            return Part(
                rows: range.map { rows.kept[$0] }, covariates: rows.covariates.rows(Array(range)),
                responses: rows.responses.map { Array($0[range]) })
        }
    }
}
