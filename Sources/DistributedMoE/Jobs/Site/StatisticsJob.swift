import Estimation
import Messages
import ModelFiles
import Numerics
import StudyData

/// The sums of one site's rows at a global model, for an extra round.
public struct StatisticsJob: Sendable, Equatable {
    /// Column of row weights; nil: that of the model's study.
    public var weights: String?
    /// In place of the rule `error` of the model.
    public var missing: MissingValueRule?
    /// The threshold rule, as in ``FitChoices/minRows``.
    public var minRows: Int? = FitChoices.usualThreshold

    /// The secret from which the random choices of rounding follow, as in ``FitJob/roundingSecret``.
    public var roundingSecret: String?

    /// Statistics under the usual threshold rule.
    public init() {}

    /// - Throws: ``RequestRefusal`` for a threshold out of its bounds.
    public func check() throws(RequestRefusal) { try RequestOption.minRows.check(minRows) }

    /// - Parameters:
    ///   - model: the global model.
    ///   - name: what messages call it.
    /// - Throws: ``RequestRefusal``, ``ModelFileError/noStatistics(path:)``, ``TableError``, ``JobFailure``.
    package func run(
        at model: ModelFile, named name: String, _ input: RowInput, parallelism: Parallelism = Parallelism(),
        notices: @escaping ReadingNotice.Handler = { _ in }
    ) throws -> StatisticsFile {
        try check()
        try parallelism.check()
        try model.refuseDraft(path: name)
        let global = try model.withStatistics(path: name)
        var selection = model.selection(missing: missing)
        selection.weights = weights ?? selection.weights
        let secret =
            try minRows == nil
            ? nil : roundingSecret.map { path throws(RoundingSecretError) in try RoundingSecret.key(path: path) }
        let rows = try input.rows(
            textColumns: selection.textColumns, leastKnown: minRows ?? 1, purpose: "sum up", parallelism: parallelism,
            notices: notices
        ) { [selection] _ in selection }
        var options = FitOptions(expertCount: global.model.expertCount)
        options.minRows = Double(minRows ?? 1)
        options.rules = minRows.map { DisclosureRules(minimumRows: Double($0)) }
        options.roundingKey = secret
        let round = GeneralisedEMRound(at: global, options: options, parallelism: parallelism)
        let site = try rows.unlessUnreadable(source: input.source) { () throws(EstimationError) in
            try round.statistics(of: rows.source)
        }
        return StatisticsFile(site.statistics, at: global, warnings: site.warnings)
    }
}
