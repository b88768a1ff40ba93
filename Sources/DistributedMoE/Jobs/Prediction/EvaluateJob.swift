import Evaluation
import MixtureOfExperts
import ModelFiles
import Numerics
import StudyData
import Tables

/// The scores of a model on rows with known responses.
public struct EvaluateJob: Sendable, Equatable {
    /// How the table is read for the model.
    public var reading = ReadingChoices()
    /// Column of row weights; nil: that of the model's study.
    public var weights: String?

    /// Scores with the weights of the model's study, if there are any.
    public init() {}

    /// How tables are read.
    ///
    /// - Throws: ``RequestRefusal``.
    package func selection(_ model: PredictorFile) throws(RequestRefusal) -> RowSelection {
        var selection = try reading.selection(model)
        selection.weights = weights ?? selection.weights
        return selection
    }

    /// - Parameter tables: taken as one; each is read when its turn comes.
    /// - Throws: ``RequestRefusal``, ``TableError``, ``JobFailure``.
    package func run(
        _ model: PredictorFile, _ predictor: any ConditionalMixture, source: String,
        tables: some Sequence<() throws -> DataTable>, parallelism: Parallelism = Parallelism(),
        notices: ReadingNotice.Handler = { _ in }
    ) throws -> Scores {
        try parallelism.check()
        let selection = try selection(model)
        var parts = [ShardRows]()
        for read in tables {
            let table = try read()
            let selected = try selection.rows(of: table)
            if let row = predictor.firstRowOutOfReach(selected.rows.covariates) {
                throw JobFailure.rowOutOfReach(source: table.source, row: selected.kept[row] + 1)
            }
            var record = ReadingRecord(selection)
            record.add(selected, selection)
            ReadingNotice.of(record, rows: table.rowCount, source: table.source).forEach(notices)
            parts.append(selected.rows)
        }
        let rows = ShardRows.concatenation(parts)
        guard rows.totalWeight > 0 else { throw JobFailure.nothingToScore(source: source) }
        let scores = Scores(predictor, on: rows, parallelism: parallelism)
        do { _ = try OrderedJSONEncoder().encode(scores) } catch EncodingError.invalidValue(_, let context) {
            throw JobFailure.scoreNotFinite(
                source: source, score: context.codingPath.map(\.stringValue).joined(separator: "."))
        }
        return scores
    }
}
