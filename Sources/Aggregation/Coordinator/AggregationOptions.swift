import Estimation
/// Where the targets of the global gate come from.
public enum GateTarget: String, Sendable, Codable, CaseIterable {
    /// Each local expert belongs to one global expert everywhere.
    case label
    /// The transport plan, per support point (paper, section 4).
    case plan
}

/// The weight λ_m of site m in the weighted average f̂^W of the local models.
public enum SiteWeights: String, Sendable, Codable, CaseIterable {
    /// λ_m(x) ∝ N_m p_m(x): the gate of the pooled population.
    case density
    /// λ_m = N_m / N (paper, section 2).
    case constant
}

/// What becomes of a site whose local model differs from those of all others.
public enum InconsistentSiteRule: String, Sendable, Codable, CaseIterable {
    /// It is named, and takes part as any other, unless its numbers look damaged: nothing is aggregated until one of the other rules is
    /// given.
    case ask
    /// It is named, and takes part as any other.
    case keep
    /// It is named and left out.
    case exclude
}

/// How the standard errors of a global model are found.
public enum AggregateErrors: String, Sendable, Codable, CaseIterable {
    /// By formulas from those of the local models: for these sites, with other rows.
    case model
    /// From what the estimates are without each site in turn: for other sites like these.
    case sites
    /// From global models of local ones whose parameters are drawn anew: for these sites, and for every way of building the model.
    case simulate
}

/// How local models become one.
package struct AggregationOptions: Sendable {
    package typealias GateTarget = Aggregation.GateTarget
    package typealias SiteWeights = Aggregation.SiteWeights
    package typealias AggregateErrors = Aggregation.AggregateErrors
    package typealias InconsistentSiteRule = Aggregation.InconsistentSiteRule

    /// Where the experts come from once the local experts are grouped.
    package enum ExpertSource: String, Sendable, Codable, CaseIterable {
        /// The sum of the local statistics: the M-step of the pooled fit.
        case statistics
        /// Weighted fits to the local experts' means on the support (paper, section 4 and appendix B).
        case support
    }

    /// Experts of the global model; nil for the usual number of the local models.
    package var expertCount: Int?
    /// Where given, the number of experts is chosen in it, whatever ``expertCount`` says.
    package var expertCountRange: ClosedRange<Int>?
    package var supportSize: Int
    /// nil: the better one, or another construction that is clearly better than both.
    package var gateTarget: GateTarget?
    package var expertSource: ExpertSource
    package var siteWeights: SiteWeights
    /// No site gets a larger share of the weight of all; of fewer sites than that allows all get the same.
    ///
    /// nil: no bound.
    package var largestShare: Double?
    package var inconsistentSites: InconsistentSiteRule
    package var errors = AggregateErrors.model
    /// Of a model that is for others; nil where all statistics may stand in it.
    package var siteRule: SiteRule?
    package var seed: UInt64
    /// The MM algorithm stops when the objective falls by less than this share of itself.
    package var tolerance: Double
    package var maxIterations: Int
    /// Per point of the support, on standardised covariates.
    package var gateRidge: Double

    package init(
        expertCount: Int? = nil, expertCountRange: ClosedRange<Int>? = nil, supportSize: Int = 5000,
        gateTarget: GateTarget? = nil,
        expertSource: ExpertSource = .statistics, siteWeights: SiteWeights = .density, largestShare: Double? = nil,
        inconsistentSites: InconsistentSiteRule = .ask, seed: UInt64 = 1, tolerance: Double = 1e-9,
        maxIterations: Int = 200,
        gateRidge: Double = 1e-8
    ) {
        self.expertCount = expertCount
        self.expertCountRange = expertCountRange
        self.supportSize = supportSize
        self.gateTarget = gateTarget
        self.expertSource = expertSource
        self.siteWeights = siteWeights
        self.largestShare = largestShare
        self.inconsistentSites = inconsistentSites
        self.seed = seed
        self.tolerance = tolerance
        self.maxIterations = maxIterations
        self.gateRidge = gateRidge
    }
}

extension AggregationOptions {
    /// Whether the global model may be built in any way.
    var leavesConstructionOpen: Bool { gateTarget == nil && expertSource == .statistics }
}
