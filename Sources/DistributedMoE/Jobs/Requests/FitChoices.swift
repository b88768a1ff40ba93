import Estimation
import Messages
import MixtureOfExperts
import ModelFiles

/// How the rows of a site are fitted, whatever they are and however many experts they get.
public struct FitChoices: Sendable, Equatable {
    /// Most random starts to screen: fewer where those tried lead to one optimum.
    public var starts = 16
    /// Converged below this change of the log-likelihood per row, in units of the standardised response.
    public var tolerance = 1e-9
    /// Of a start.
    public var maximumIterations = 500
    /// How the standard errors of the parameters are computed.
    public var standardErrors = StandardErrorMethod.observed
    /// Which slopes have a weak prior that keeps them finite.
    public var slopePrior = SlopePriorRule.separated
    /// Weight of the lasso on the slopes of the gate; nil for none.
    public var l1Gate: Double?
    /// The same of the experts.
    public var l1Experts: Double?
    /// Whether one weight for both is chosen by BIC.
    public var l1Automatic = false
    /// Whether the slopes that a lasso left are fitted once more without it.
    public var l1Refit = false
    /// The threshold rule: no statistic over fewer effective rows is released.
    ///
    /// nil for rows whose model stays with their owner: nothing is withheld.
    public var minRows: Int? = Self.usualThreshold
    /// Whether what comes of the rows goes to others and keeps all rules of a release, not the threshold alone.
    package var isReleased = false
    /// Whether the model is one to look at, which stays with the owner of the rows: no rule holds.
    public var isDraft = false
    /// Rows that a subject is counted as, at most: bounds of rows are that many times those of subjects; nil where rows are counted.
    package var rowsPerSubject: Int?

    /// The ``minRows`` of a request that names none.
    public static let usualThreshold = 10

    /// The usual choices.
    public init() {}

    /// - Throws: ``RequestRefusal``.
    package func check() throws(RequestRefusal) {
        try RequestOption.starts.check(starts)
        try RequestOption.tolerance.check(tolerance)
        try RequestOption.maximumIterations.check(maximumIterations)
        try RequestOption.minRows.check(minRows)
        if isDraft, minRows != nil, minRows != Self.usualThreshold { throw .noEffect(.minRows, .staysWithOwner) }
        try RequestOption.l1Gate.check(l1Gate)
        try RequestOption.l1Experts.check(l1Experts)
        if l1Automatic {
            if l1Gate != nil { throw .conflict(.l1, .l1Gate, .automaticWeight) }
            if l1Experts != nil { throw .conflict(.l1, .l1Experts, .automaticWeight) }
        }
        if l1Refit, lasso == .none { throw .needs(.l1Refit, .l1, .refitWithoutPenalty) }
    }

    package var lasso: Lasso {
        if l1Automatic { return .automatic }
        let (gate, experts) = (l1Gate ?? 0, l1Experts ?? 0)
        return gate > 0 || experts > 0 ? .weights(gate: gate, experts: experts) : .none
    }

    /// Values that a mean must stand for where it fills gaps.
    var leastKnown: Int { threshold ?? 1 }

    /// The threshold rule that holds.
    private var threshold: Int? { isDraft ? nil : minRows.map { $0 * (rowsPerSubject ?? 1) } }

    /// The rules of a release; nil where nothing is released.
    package var rules: DisclosureRules? {
        isReleased ? threshold.map { DisclosureRules(minimumRows: Double($0)) } : nil
    }

    /// For whom the files are.
    package var status: ReleaseStatus { isDraft ? .draft : rules == nil ? .oneOwner : .release }

    /// - Parameter aggregated: the fit is one of many that are aggregated: slopes that a lasso left are fitted without it.
    func options(
        experts: Int, seed: UInt64, aggregated: Bool = false, initialModels: [MixtureModel] = [],
        cancellation: Cancellation? = nil
    ) -> FitOptions {
        var options = FitOptions(
            expertCount: experts, starts: starts, tolerance: tolerance, maxIterations: maximumIterations, seed: seed,
            minRows: Double(threshold ?? 1), lasso: lasso, refitsSlopes: l1Refit || aggregated,
            standardErrors: standardErrors, cancellation: cancellation)
        options.slopePrior = slopePrior
        options.rules = rules
        options.initialModels = initialModels
        return options
    }
}
