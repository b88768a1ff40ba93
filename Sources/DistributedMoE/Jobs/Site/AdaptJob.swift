import Estimation
import Messages
import ModelFiles
import Numerics
import StudyData

/// A global model adapted to the rows of one site: what `dmoe adapt`, `dmoe_adapt` and Swift callers ask for.
///
/// The experts are shared; the gate is fitted to the site's own rows under a normal prior around the shared gate. Nothing is sent back.
public struct AdaptJob: Sendable, Equatable {
    /// What is fitted, and how strongly the shared model holds it.
    public var settings = AdaptationChoices()
    /// How the table is read for the model.
    public var reading = ReadingChoices()
    /// Column of row weights; nil: that of the model's study.
    public var weights: String?

    /// The gate, by the evidence of the rows.
    public init() {}

    /// - Throws: ``RequestRefusal`` for a precision out of its bounds.
    public func check() throws(RequestRefusal) { try settings.check() }

    /// - Parameters:
    ///   - model: the global model, or a local one of another site.
    ///   - name: what messages call it.
    /// - Throws: ``RequestRefusal``, ``ModelFileError``, ``TableError``, ``JobFailure``.
    package func run(
        _ model: ModelFile, named name: String, _ input: RowInput, parallelism: Parallelism = Parallelism(),
        notices: @escaping ReadingNotice.Handler = { _ in }
    ) throws -> ModelFile {
        try check()
        try parallelism.check()
        try model.refuseFixedExperts(path: name)
        let shared = try model.withStatistics(path: name)
        let fit = try settings.fit(shared, parallelism)
        var selection = try reading.selection(.model(model))
        selection.weights = weights ?? selection.weights
        let rows = try input.rows(
            textColumns: selection.textColumns, leastKnown: 1, purpose: "adapt to", parallelism: parallelism,
            notices: notices
        ) { [selection] _ in selection }
        let adapted = try rows.unlessUnreadable(source: input.source) { () throws(EstimationError) in
            try fit.fit(rows.source)
        }
        var file = ModelFile(adapted, of: model)
        file.note(rows.selection, rows.record)
        return file
    }
}
