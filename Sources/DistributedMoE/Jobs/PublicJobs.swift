import Aggregation
import Evaluation
import ModelFiles
import Numerics
import Tables

// What a Swift caller runs: tables and models in, models and scores out. The doors of the command line and of C run the same jobs
// with notices of reading and progress.

extension FitJob {
    /// Fits the rows of one site.
    ///
    /// - Parameters:
    ///   - table: rows x columns, in the units of the user.
    ///   - parallelism: threads; the result is bit-identical for any number.
    ///   - notices: hears of columns and rows that were left out, and of values that were filled in.
    /// - Returns: the local model, in the units of the table.
    /// - Throws: ``RequestRefusal`` for options, ``TableError`` for the table, ``StudyError`` for the study, ``JobFailure`` for
    ///   rows that cannot be fitted.
    public func run(
        _ table: DataTable, parallelism: Parallelism = Parallelism(),
        notices: @escaping ReadingNotice.Handler = { _ in }
    ) throws -> ModelFile {
        try run(.table(table), parallelism: parallelism, notices: notices).file
    }

    /// The same of CSV or `.npy` files, taken as one table.
    ///
    /// - Throws: as ``run(_:parallelism:notices:)``.
    public func run(
        files: [String], options: TableOptions = TableOptions(), parallelism: Parallelism = Parallelism(),
        notices: @escaping ReadingNotice.Handler = { _ in }
    ) throws -> ModelFile {
        try run(.files(files, options), parallelism: parallelism, notices: notices).file
    }
}

extension AggregateJob {
    /// Turns local models into one global model of the same form; no row is needed.
    ///
    /// - Parameters:
    ///   - models: by the names of the sites.
    ///   - support: rows whose covariates serve as support; nil to draw it from the covariate sketches of the models.
    ///   - parallelism: threads; the result is bit-identical for any number.
    ///   - notices: hears of covariates that only some of the models have, and of what else was left out.
    /// - Throws: ``RequestRefusal``, also for method `mixture`, whose result is no single model; ``ModelFileError`` and
    ///   ``AggregationError`` for models that do not belong together.
    public func run(
        _ models: [String: ModelFile], support: DataTable? = nil, parallelism: Parallelism = Parallelism(),
        notices: @escaping ReadingNotice.Handler = { _ in }
    ) throws -> ModelFile {
        try settings.checkSingleModel()
        // In a fixed order, whatever that of the dictionary is.
        let sites = models.sorted { $0.key < $1.key }.map { Site(name: $0.key, file: $0.value) }
        guard
            case .model(let file) = try run(
                sites, support: support.map { .table($0) }, parallelism: parallelism, notices: notices)
        else {
            preconditionFailure("one model was asked for")
        }
        return file
    }
}

extension StatisticsJob {
    /// Sums up the rows of one site at a global model.
    ///
    /// - Throws: ``RequestRefusal``, ``TableError``, ``JobFailure``.
    public func run(
        at model: ModelFile, _ table: DataTable, parallelism: Parallelism = Parallelism(),
        notices: @escaping ReadingNotice.Handler = { _ in }
    ) throws -> StatisticsFile {
        try run(at: model, named: "model", .table(table), parallelism: parallelism, notices: notices)
    }
}

extension AdaptJob {
    /// Adapts a model to the rows of one site.
    ///
    /// - Parameters:
    ///   - model: the global model, or a local one of another site.
    ///   - table: rows x columns, the target among them, in the units of the user.
    ///   - parallelism: threads; the result is bit-identical for any number.
    ///   - notices: hears of rows left out and of gaps filled.
    /// - Returns: the adapted model, private to the site.
    /// - Throws: ``RequestRefusal`` for options, ``ModelFileError`` for a model without statistics, ``TableError`` for the table,
    ///   ``JobFailure`` for rows that have no density under the model.
    public func run(
        _ model: ModelFile, _ table: DataTable, parallelism: Parallelism = Parallelism(),
        notices: @escaping ReadingNotice.Handler = { _ in }
    ) throws -> ModelFile {
        try run(model, named: "model", .table(table), parallelism: parallelism, notices: notices)
    }
}

extension UpdateJob {
    /// Makes the next global model.
    ///
    /// - Parameters:
    ///   - model: at which the statistics were taken.
    ///   - statistics: by the names of the sites.
    /// - Throws: ``RequestRefusal``, ``ModelFileError``, ``EstimationError``.
    public func run(_ model: ModelFile, _ statistics: [String: StatisticsFile]) throws -> ModelFile {
        try run(
            model, named: "model", statistics.sorted { $0.key < $1.key }.map { Site(name: $0.key, file: $0.value) })
    }
}

/// What a model says of one row.
public struct RowPrediction: Sendable, Equatable {
    /// 0-based number of the row in the table; rows that miss a value may have been left out.
    public var row: Int
    /// Mean of the response; nil for classes.
    public var mean: Double?
    /// Standard deviation of the response; nil for classes.
    public var standardDeviation: Double?
    /// At the levels of the job, then the two ends of its interval; empty for classes.
    public var quantiles: [Double]
    /// One for each class; empty for numbers.
    public var classProbabilities: [Double]
    /// π_k(x), one for each expert.
    public var gates: [Double]
    /// log f(y | x), where the table has the response.
    public var logDensity: Double?
}

extension PredictJob {
    /// Predicts the rows of a table; `notices` hears of rows left out and of gaps filled.
    ///
    /// - Returns: one prediction for each row that is not left out, in order.
    /// - Throws: ``RequestRefusal``, ``TableError``, ``JobFailure/rowOutOfReach(source:row:)``.
    public func run(
        _ model: ModelFile, _ table: DataTable, parallelism: Parallelism = Parallelism(),
        notices: ReadingNotice.Handler = { _ in }
    ) throws -> [RowPrediction] {
        let hasResponses = table.columnNames.contains(model.target)
        let parts = try run(
            .model(model), model.model, .table(table), withResponses: hasResponses, parallelism: parallelism,
            notices: notices
        ) { part in part.rows.indices.map { RowPrediction(part, $0) } }
        return parts.parts.flatMap { $0 }
    }
}

extension RowPrediction {
    init(_ part: PredictedPart, _ index: Int) {
        row = part.rows[index]
        gates = part.prediction.gates.row(index)
        let isKnown = part.responses.map { !$0[index].isNaN } ?? false
        logDensity = isKnown ? part.posterior?.logDensities[index] : nil
        switch part.response(index) {
        case .number(let mean, let standardDeviation, let quantiles):
            (self.mean, self.standardDeviation) = (mean, standardDeviation)
            (self.quantiles, classProbabilities) = (quantiles, [])
        case .classes(let probabilities, _, _):
            (mean, standardDeviation) = (nil, nil)
            (quantiles, classProbabilities) = ([], probabilities)
        }
    }
}

extension EvaluateJob {
    /// Scores a model on rows with known responses.
    ///
    /// - Throws: ``RequestRefusal``, ``TableError``, ``JobFailure``.
    public func run(
        _ model: ModelFile, _ table: DataTable, parallelism: Parallelism = Parallelism(),
        notices: ReadingNotice.Handler = { _ in }
    ) throws -> Scores {
        try run(
            .model(model), model.model, source: table.source, tables: [{ table }], parallelism: parallelism,
            notices: notices)
    }
}

extension LearnJob {
    /// Fits each table as a site, or divides one table into sites, and aggregates the local models.
    ///
    /// - Returns: the global model, and the local ones by the names of their sites.
    /// - Throws: ``RequestRefusal``, ``TableError``, ``StudyError``; ``JobFailure/noShardFitted(name:_:)`` where none can be fitted.
    public func run(
        _ tables: [DataTable], support: DataTable? = nil, parallelism: Parallelism = Parallelism(),
        notices: @escaping ReadingNotice.Handler = { _ in }
    ) throws -> (global: ModelFile, locals: [String: ModelFile]) {
        let learned = try run(
            .tables(tables), support: support.map { .table($0) }, parallelism: parallelism, notices: notices)
        return (learned.file, Dictionary(learned.locals.map { ($0.name, $0.file) }) { first, _ in first })
    }
}

extension CompareJob {
    /// Fits each table as a site, or divides one table into sites, and scores every estimator on the same rows.
    ///
    /// - Parameters:
    ///   - tables: a shard each, or one table that the job divides into sites.
    ///   - test: rows to score on; nil: those held out of the shards.
    ///   - truth: the true model, where the data are simulated, of the columns of the tables.
    ///   - support: as of ``AggregateJob/run(_:support:parallelism:notices:)``.
    ///   - parallelism: threads; estimates are bit-identical for any number.
    ///   - notices: hears of columns and rows that were left out, and of values that were filled in.
    /// - Throws: ``RequestRefusal``, ``TableError``, ``StudyError``; ``JobFailure`` where no shard can be fitted, no row is left to
    ///   score on, or `truth` is of other columns.
    public func run(
        _ tables: [DataTable], test: DataTable? = nil, truth: ModelFile? = nil, support: DataTable? = nil,
        parallelism: Parallelism = Parallelism(), notices: @escaping ReadingNotice.Handler = { _ in }
    ) throws -> Outcome {
        try run(
            .tables(tables), test: test.map { .tables([$0]) }, truth: truth.map { (file: $0, path: "truth") },
            support: support.map { .table($0) }, parallelism: parallelism, notices: notices)
    }
}
