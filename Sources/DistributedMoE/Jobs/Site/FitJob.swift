import Estimation
import Messages
import MixtureOfExperts
import ModelFiles
import Numerics
import StudyData

/// The fit of the rows of one site: what `dmoe fit`, `dmoe_fit` and Swift callers ask for.
public struct FitJob: Sendable {
    /// Which columns of the table are what.
    public var columns: ColumnRequest
    /// nil: the number of the study.
    public var experts: ExpertNumbers?
    /// How the rows are fitted.
    public var settings = FitChoices()
    /// What chooses in a range of experts; nil: BIC.
    public var criterion: ExpertCountCriterion?
    /// Share of the rows that are kept out of the fits and scored: at least 0 and below 1; nil or 0 for none.
    public var holdout: Double?
    /// Fewer experts, with a warning, for a site with fewer rows for each free parameter; nil: refused where they are too few.
    public var rowsPerParameter: Int?
    /// Whether the fit is one of many that are aggregated, as in ``LearnJob``: slopes that a lasso left are fitted without it.
    public var isAggregated = false
    /// Whether the model goes to others and keeps the rules of a release; false where rows and model have one owner, and
    /// ``FitChoices/minRows`` alone holds.
    public var isReleased = true
    /// What has what the site has released: an answer that differs from an earlier one by a few rows is refused.
    ///
    /// A draft, and a model of one owner, is no answer.
    public var ledger = LedgerChoices()
    /// The file that has the secret from which the random choices of rounding follow, made where there is none; nil: a release is not rounded.
    public var roundingSecret: String?
    /// Models of the same columns and family that the fit starts from too, besides the random starts; in the units of the table.
    public var initialModels: [MixtureModel] = []
    /// nil: that of the study, or 1.
    public var seed: UInt64?

    /// A fit with the usual settings.
    public init(columns: ColumnRequest, experts: ExpertNumbers? = nil) {
        self.columns = columns
        self.experts = experts
    }

    /// - Throws: what can be said before a study or a row is read.
    public func check() throws(RequestRefusal) {
        try columns.check()
        if columns.study == nil, experts == nil { throw .missing(.experts) }
        try experts?.check()
        try settings.check()
        try ledger.check(isRelease: releasing.rules != nil)
        if roundingSecret != nil, releasing.rules == nil { throw .noEffect(.roundingSecret, .staysWithOwner) }
        try RequestOption.rowsPerParameter.check(rowsPerParameter)
        try RequestOption.holdout.check(holdout)
        if criterion != nil, experts?.single != nil || experts == nil {
            throw .noEffect(.criterion, .criterionOfOneNumber)
        }
        if criterion == .holdout, heldOutShare == 0 { throw .needs(.criterion, .holdout, .scoresNeedRows) }
    }

    private var heldOutShare: Double { holdout ?? 0 }

    /// With the rules that hold.
    private var releasing: FitChoices {
        var settings = settings
        settings.isReleased = isReleased
        return settings
    }

    /// What came of it.
    package struct Outcome: Sendable {
        package var file: ModelFile
        package var local: LocalModel
    }

    /// - Parameters:
    ///   - progress: hears of iterations from any thread.
    ///   - notices: hears of how the rows were read.
    /// - Throws: ``RequestRefusal``, ``StudyError``, ``TableError``, ``JobFailure``.
    package func run(
        _ input: RowInput, parallelism: Parallelism = Parallelism(), cancellation: Cancellation? = nil,
        notices: @escaping ReadingNotice.Handler = { _ in }, progress: FitProgressHandler? = nil
    ) throws -> Outcome {
        try check()
        try parallelism.check()
        let study = try columns.readStudy()
        guard let numbers = experts ?? study?.experts.map({ ExpertNumbers($0) }) else {
            throw RequestRefusal.missingInStudyToo(.experts)
        }
        var settings = releasing
        let terms = try ReleaseTerms(
            ledger, input, minimumRows: settings.minRows, roundingSecret: roundingSecret,
            isRelease: settings.rules != nil)
        settings.minRows = terms.minimumRows
        let rows = try input.rows(
            textColumns: columns.textColumns(study), leastKnown: settings.leastKnown, purpose: "fit",
            parallelism: parallelism, identity: terms.identity, notices: notices
        ) { [columns] in try columns.selection(for: $0, study: study, notices: notices) }
        var answer = LedgerAnswer(
            kind: .model, target: rows.design.target, covariates: rows.design.covariates,
            minimumRows: settings.leastKnown)
        answer = try terms.checked(answer, rows, notices: notices) { $0.releases }
        if rows.selection.subject != nil {
            settings.rowsPerSubject = SubjectRule.rowsOfASubject(most: rows.mostRowsOfASubject)
        }
        var options = settings.options(
            experts: numbers.last, seed: seed ?? study?.seed ?? 1, aggregated: isAggregated,
            initialModels: initialModels, cancellation: cancellation)
        options.roundingKey = terms.roundingKey
        try rows.selection.refuseFixedExperts([
            (settings.l1Automatic ? .l1 : settings.l1Gate == nil ? .l1Experts : .l1Gate, settings.lasso != .none),
            (.roundingSecret, terms.roundingKey != nil),
        ])
        options.addFixedExperts(of: rows.selection)
        let local = try rows.unlessUnreadable(source: input.source) { () throws(EstimationError) in
            try fit(rows, numbers, options, parallelism, progress)
        }
        FitAdvice(rows: rows.source, local: local, seed: options.seed).notices(source: input.source).forEach(notices)
        var file = ModelFile(local)
        file.note(rows.selection, rows.record)
        file.note(
            settings.status, local.report, settings.rules, rowsPerSubject: settings.rowsPerSubject,
            roundingStep: local.fitted.roundingStep)
        if terms.hasPolicy { file.disclosure?.sitePolicy = true }
        answer.classesLeftOut = local.classesLeftOut
        answer.model = file.fitted?.digest
        if let entry = try terms.enter(answer, rows) { file.disclosure?.ledger = entry }
        return Outcome(file: file, local: local)
    }

    private func fit(
        _ rows: RowReader.Rows, _ numbers: ExpertNumbers, _ options: FitOptions, _ parallelism: Parallelism,
        _ progress: FitProgressHandler?
    ) throws(EstimationError) -> LocalModel {
        let family = columns.expertFamily(rows.selection)
        /// With at most so many experts; with 0, one without slopes.
        func fit(_ most: Int) throws(EstimationError) -> LocalModel {
            var options = options
            options.isInterceptOnly = most == 0
            options.expertCount = max(most, 1)
            if most < numbers.last { options.initialModels = [] }
            let numbers =
                most == numbers.last
                ? numbers : ExpertNumbers(first: min(numbers.first, max(most, 1)), last: max(most, 1))
            return try self.fit(rows, family, numbers, options, parallelism, progress)
        }
        do {
            return try SaturationRule(options.rules).fit(rows.source.rowCount, experts: numbers.last, fit)
        } catch .noModelPossible where options.minRows <= 1 {
            // Nobody else gets a draft: ``Capacity/support``.
            var local = try fit(0)
            if numbers.last > 1 {
                local.report.warnings.append(
                    .fewerExperts(asked: numbers.last, fitted: 1, rows: local.fitted.rowCount))
            }
            return local
        }
    }

    private func fit(
        _ rows: RowReader.Rows, _ family: any ExpertFamily, _ numbers: ExpertNumbers, _ options: FitOptions,
        _ parallelism: Parallelism, _ progress: FitProgressHandler?
    ) throws(EstimationError) -> LocalModel {
        if !options.isInterceptOnly, numbers.single == nil || heldOutShare > 0 {
            return try ExpertCountPath(
                design: rows.design, family: family, options: options, experts: numbers.first...numbers.last,
                criterion: criterion ?? .bic, heldOutShare: heldOutShare, rowsPerParameter: rowsPerParameter,
                parallelism: parallelism, progress: progress
            ).fit(rows.source)
        }
        guard let rowsPerParameter, !options.isInterceptOnly else {
            return try LocalFit(
                design: rows.design, family: family, options: options, parallelism: parallelism, progress: progress
            ).fit(rows.source)
        }
        let site = SiteFit(
            design: rows.design, family: family, options: options, rowsPerParameter: rowsPerParameter)
        return try site.fit(rows.source, parallelism: parallelism, progress: progress)
    }
}

extension LocalModel {
    /// Whose rows a rule left out, by the column.
    fileprivate var classesLeftOut: [String] {
        report.warnings.compactMap { warning in
            if case .rareClass(let name, _) = warning { "\(model.design.target)=\(name)" } else { nil }
        }
    }
}
