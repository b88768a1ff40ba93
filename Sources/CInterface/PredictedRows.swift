import MixtureOfExperts
import Numerics
import StudyData

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
    private let hasResponses: Bool
    private static let partSize = 4096

    /// - Throws: as ``RowSelection/covariates(of:withResponses:)``.
    init(
        _ table: BorrowedTable, _ selection: RowSelection, withResponses: Bool, _ parallelism: Parallelism
    ) throws {
        hasResponses = withResponses
        if let rows = try table.rowsToPredict(selection, withResponses: withResponses, parallelism) {
            source = .inPlace(rows)
        } else {
            source = .coded(
                try selection.covariates(of: table.table(selection.tableColumns), withResponses: withResponses))
        }
    }

    private var count: Int {
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
