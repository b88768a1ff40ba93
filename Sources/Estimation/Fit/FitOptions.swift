import MixtureOfExperts

/// How one shard is fitted.
package struct FitOptions: Sendable {
    package var expertCount: Int
    /// Most random starts that are screened on a subsample.
    package var starts: Int
    /// Converged when an iteration changes the log-likelihood by less than this, per row and in units of the
    /// standardised response.
    package var tolerance: Double
    /// Bound on the iterations of the final fit of a start.
    package var maxIterations: Int
    package var seed: UInt64
    /// An expert that describes fewer effective rows than this is left out: no statistic of it may leave the site.
    package var minRows: Double
    /// The rules of a release besides that threshold; nil where none of them is kept.
    package var rules: DisclosureRules?
    /// Of rounds, what the coordinator may release; nil where the model is not for others.
    package var siteRule: SiteRule?
    /// Lower bound of an expert's variance as a share of var(y).
    ///
    /// The likelihood is unbounded without it; on data with interpolated rows 1e-7 was measured to be too low, 1e-5
    /// served.
    package var varianceFloor: Double
    /// Ridge on the gate's coefficients (standardised covariates), per row: gates of separable regions have no
    /// finite maximum.
    package var gateRidge: Double
    /// Ridge on the coefficients of experts whose weighted fit is not closed, per row: a class that no row shows has no
    /// finite maximum.
    package var expertRidge: Double
    package var lasso: Lasso
    /// Fits the slopes that the lasso left once more without it.
    ///
    /// What a site sends is then not shrunk: better where local models are aggregated.
    package var refitsSlopes: Bool
    package var standardErrors: StandardErrorMethod
    package var slopePrior = SlopePriorRule.separated
    /// Further starts, in the user's units; models with another number of experts or other covariates are an error of
    /// the caller.
    package var initialModels: [MixtureModel]
    /// Who may stop the fit: it then throws ``EstimationError/cancelled``.
    package var cancellation: Cancellation?
    /// What the random choices of rounding follow from; nil: a release is not rounded.
    package var roundingKey: [UInt8]?
    /// Another number gives other random roundings of small counts.
    package var roundingSalt: UInt64 = 0
    /// One expert without slopes, for rows that are too few for a regression: ``Capacity/support(of:asked:design:family:minRows:rowsPerParameter:parallelism:)``.
    package var isInterceptOnly = false
    /// Experts without parameters, besides ``expertCount`` others; in the units of the rows that are given.
    package var fixed: [FixedExpert] = []
    /// Whether one of noise is among them, over a range about the responses of the rows.
    package var wantsNoise = false
    /// Whether optima are looked for that are too narrow for random starts: they are of few rows, and draws are as many as one likes.
    package var seeksNarrowOptima = true
    /// Whether marginals are made, which serve an aggregation alone.
    package var wantsMarginals = true

    package init(
        expertCount: Int, starts: Int = 16, tolerance: Double = 1e-9, maxIterations: Int = 500, seed: UInt64 = 1,
        minRows: Double = 10, varianceFloor: Double = 1e-5, gateRidge: Double = 1e-12, expertRidge: Double = 1e-10,
        lasso: Lasso = .none, refitsSlopes: Bool = false, standardErrors: StandardErrorMethod = .observed,
        initialModels: [MixtureModel] = [], cancellation: Cancellation? = nil
    ) {
        self.expertCount = expertCount
        self.starts = starts
        self.tolerance = tolerance
        self.maxIterations = maxIterations
        self.seed = seed
        self.minRows = minRows
        self.varianceFloor = varianceFloor
        self.gateRidge = gateRidge
        self.expertRidge = expertRidge
        self.lasso = lasso
        self.refitsSlopes = refitsSlopes
        self.standardErrors = standardErrors
        self.initialModels = initialModels
        self.cancellation = cancellation
    }
}

extension FitOptions {
    var isCancelled: Bool { cancellation?.isRequested ?? false }
}

/// What a running fit reports: after each screened start, and after each iteration of a refined one.
public struct FitProgress: Sendable {
    /// Where a fit is.
    public enum Stage: Sendable {
        /// Each random start runs for a few iterations on a part of the rows.
        case screening
        /// The best starts run to convergence on all rows.
        case refining
    }

    /// Screening or refining.
    public var stage: Stage
    /// Number of the start, from 1.
    public var start: Int
    /// Number of starts in this stage.
    public var startCount: Int
    /// Iterations of this start so far.
    public var iteration: Int
    /// Per row, in units of the standardised response.
    public var logLikelihoodPerRow: Double
}

/// A function that receives the progress of a running fit, from any thread.
public typealias FitProgressHandler = @Sendable (FitProgress) -> Void
