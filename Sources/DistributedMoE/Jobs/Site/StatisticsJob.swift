import Estimation
import Messages
import MixtureOfExperts
import ModelFiles
import Numerics
import StudyData

/// The sums of one site's rows at a global model, for an extra round.
public struct StatisticsJob: Sendable, Equatable {
    /// Column of row weights; nil: that of the model's study.
    public var weights: String?
    /// The column that says of whom a row is, where the model's study names none.
    public var subject: String?
    /// In place of the rule `error` of the model.
    public var missing: MissingValueRule?
    /// The threshold rule, as in ``FitChoices/minRows``.
    public var minRows: Int? = FitChoices.usualThreshold
    /// What has what the site has released; an answer to a round is entered too.
    public var ledger = LedgerChoices()

    /// The secret from which the random choices of rounding follow, as in ``FitJob/roundingSecret``.
    public var roundingSecret: String?

    /// Statistics under the usual threshold rule.
    public init() {}

    /// - Throws: ``RequestRefusal`` for a threshold out of its bounds, or a ledger of what is no answer.
    public func check() throws(RequestRefusal) {
        try RequestOption.minRows.check(minRows)
        try ledger.check(isRelease: minRows != nil)
        if roundingSecret != nil, minRows == nil { throw .noEffect(.roundingSecret, .staysWithOwner) }
    }

    /// - Parameters:
    ///   - model: the global model.
    ///   - name: what messages call it.
    /// - Throws: ``RequestRefusal``, ``ModelFileError/noStatistics(path:)``, ``LedgerError``, ``TableError``, ``JobFailure``.
    package func run(
        at model: ModelFile, named name: String, _ input: RowInput, parallelism: Parallelism = Parallelism(),
        notices: @escaping ReadingNotice.Handler = { _ in }
    ) throws -> StatisticsFile {
        try check()
        try parallelism.check()
        let terms = try ReleaseTerms(
            ledger, input, minimumRows: minRows, roundingSecret: roundingSecret, isRelease: minRows != nil)
        let minRows = terms.minimumRows
        try model.refuseDraft(path: name)
        try model.refuseFixedExperts(path: name)
        let global = try model.withStatistics(path: name)
        var selection = model.selection(missing: missing)
        selection.weights = weights ?? selection.weights
        if let own = model.study?.subject, let subject, own != subject { throw RequestRefusal.decidedByStudy(.subject) }
        selection.subject = model.study?.subject ?? subject
        if let subject, selection.modelColumns.contains(subject) { throw RequestRefusal.subjectIsAnother(subject) }
        let rows = try input.rows(
            textColumns: selection.textColumns, leastKnown: minRows ?? 1, purpose: "sum up", parallelism: parallelism,
            identity: terms.identity, notices: notices
        ) { [selection] _ in selection }
        var answer = LedgerAnswer(
            kind: .statistics, target: rows.design.target, covariates: rows.design.covariates,
            minimumRows: minRows ?? 1, leftOut: [], model: global.digest, study: model.studyOfRounds)
        answer.ancestors = model.ancestors
        answer = try terms.checked(answer, rows, notices: notices) { $0.rounds }
        var options = FitOptions(expertCount: global.model.expertCount)
        let rowsPerSubject = SubjectRule.rowsOfASubject(most: rows.mostRowsOfASubject)
        options.minRows = Double((minRows ?? 1) * (minRows == nil ? 1 : rowsPerSubject))
        options.rules = minRows.map { DisclosureRules(minimumRows: Double($0 * rowsPerSubject)) }
        options.roundingKey = terms.roundingKey
        let round = GeneralisedEMRound(at: global, options: options, parallelism: parallelism)
        let site = try rows.unlessUnreadable(source: input.source) { () throws(EstimationError) in
            try round.statistics(of: rows.source)
        }
        var file = StatisticsFile(site.statistics, at: global, warnings: site.warnings)
        file.ledger = try terms.enter(answer, rows) ?? (minRows == nil ? nil : .notKept)
        return file
    }
}
