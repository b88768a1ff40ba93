import Messages
import MixtureOfExperts
import ModelFiles
import Numerics
import StudyData

/// Predictions of the rows of a table.
public struct PredictJob: Sendable, Equatable {
    /// How the table is read for the model.
    public var reading = ReadingChoices()
    /// Share of the responses that the quantiles, or the set of classes, hold; nil for none.
    public var interval: Double?
    /// Of further quantiles.
    public var levels: [Double] = []
    /// Of draws from the predictive distribution; nil: 1.
    package var seed: UInt64?

    /// Predictions without quantiles.
    public init() {}

    /// - Throws: ``RequestRefusal`` for an interval or a level that does not lie between 0 and 1.
    public func check() throws(RequestRefusal) {
        try RequestOption.interval.check(interval)
        for level in levels { try RequestOption.levels.check(level) }
    }

    /// Looks at the rows some at a time, on all threads.
    ///
    /// - Parameters:
    ///   - withResponses: whether the target is looked at, where the table has it.
    ///   - notices: hears of rows left out and of gaps filled, before `body` is called.
    ///   - body: called from any thread with the number of a part and its rows.
    /// - Returns: what `body` gave, in the order of the rows, and what became of missing values.
    /// - Throws: ``RequestRefusal``, ``TableError``, ``JobFailure/rowOutOfReach(source:row:)``.
    package func run<Part: Sendable>(
        _ model: PredictorFile, _ predictor: any ConditionalMixture, _ input: PredictionInput, withResponses: Bool,
        parallelism: Parallelism = Parallelism(), notices: ReadingNotice.Handler = { _ in },
        _ body: @Sendable (PredictedPart) -> Part
    ) throws -> (parts: [Part], record: ReadingRecord, rows: Int) {
        try check()
        try parallelism.check()
        let selection = try reading.selection(model)
        let rows = try PredictedRows(input, selection, withResponses: withResponses, parallelism)
        ReadingNotice.of(rows.record, rows: rows.record.rowsLeftOut.known + rows.count, source: input.source).forEach(
            notices)
        let ranges = rows.parts
        let levels = levels + (interval.map { [0.5 * (1 - $0), 0.5 * (1 + $0)] } ?? [])
        let random = RandomNumbers(seed: seed ?? 1)
        let parts = parallelism.map(count: ranges.count) { index -> Result<Part, JobFailure> in
            let part = rows.part(ranges[index])
            if let row = predictor.firstRowOutOfReach(part.covariates) {
                return .failure(.rowOutOfReach(source: input.source, row: part.rows[row] + 1))
            }
            return .success(
                body(PredictedPart(index, part, predictor, levels: levels, interval: interval, random: random)))
        }
        return (try parts.map { try $0.get() }, rows.record, rows.count)
    }
}
