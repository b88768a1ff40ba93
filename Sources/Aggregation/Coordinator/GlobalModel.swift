import Messages
import MixtureOfExperts

/// The reduction f̂^R: one mixture from many, with the pooled statistics of its experts.
package struct GlobalModel: Sendable, Equatable {
    package var fitted: FittedMixture
    package var report: AggregationReport

    package init(fitted: FittedMixture, report: AggregationReport) {
        self.fitted = fitted
        self.report = report
    }

    package var model: MixtureModel { fitted.model }
}

/// How an aggregation went: a value that stays with the model.
package struct AggregationReport: Sendable, Equatable {
    /// A way of building the global model, and its mean log density on an independent Monte Carlo sample from f̂^W.
    package struct Candidate: Sendable, Equatable {
        package var construction: GlobalConstruction
        package var score: Double

        package init(_ construction: GlobalConstruction, score: Double) {
            self.construction = construction
            self.score = score
        }
    }

    /// One local model and its part.
    package struct Site: Sendable, Equatable {
        package var name: String
        package var rows: Int
        /// λ_m = N_m / N.
        package var weight: Double
        /// The global expert (from 0) that each local expert is assigned to, local experts by falling weight.
        package var labels: [Int]

        package init(name: String, rows: Int, weight: Double, labels: [Int]) {
            self.name = name
            self.rows = rows
            self.weight = weight
            self.labels = labels
        }
    }

    /// What a number of experts reaches on an independent Monte Carlo sample from f̂^W.
    package struct ExpertCount: Sendable, Equatable {
        package var experts: Int
        /// Mean log density.
        package var score: Double
        /// Less the penalty for the parameters.
        package var penalised: Double

        package init(experts: Int, score: Double, penalised: Double) {
            self.experts = experts
            self.score = score
            self.penalised = penalised
        }
    }

    /// A site whose local model cannot be right, and was left out.
    package struct LeftOutSite: Sendable, Equatable, DoorMessage {
        package var name: String
        package var rows: Int
        /// From what the other sites say, nats per row; nil where the model is impossible of itself.
        package var divergence: Double?
        /// Why it is impossible of itself.
        package var reason: ImpossibleModel?
        /// What seems to have happened to its numbers.
        package var damage: Coded<LikelyDamage>?

        package init(name: String, rows: Int, divergence: Double, damage: Coded<LikelyDamage>? = nil) {
            self.name = name
            self.rows = rows
            self.divergence = divergence
            self.damage = damage
        }

        package init(name: String, rows: Int, reason: ImpossibleModel) {
            self.name = name
            self.rows = rows
            self.reason = reason
        }

        package func text(_ style: OptionStyle) -> String {
            warning.text(style)
        }

        package var warning: AggregationWarning {
            reason.map { .impossibleSite(site: name, reason: Coded($0)) }
                ?? .inconsistentSite(site: name, divergence: divergence ?? 0, rule: .exclude, damage: damage)
        }
    }

    package var settings: AggregationSettings
    package var sites: [Site]
    package var leftOut: [LeftOutSite]
    /// Those of the method, whatever was asked for.
    package var siteWeights: AggregationOptions.SiteWeights
    package var support: SupportOrigin
    package var supportSize: Int
    /// Transportation divergence per support point before each update of the best start, and at its end.
    package var objectives: [Double]
    package var converged: Bool
    package var start: ReductionStart
    package var candidates: [Candidate]
    package var chosen: GlobalConstruction
    /// Where the number of experts was chosen: all that were tried.
    package var expertCounts: [ExpertCount] = []
    package var warnings: [AggregationWarning]
    /// Of each expert, in their order; none of a single site.
    package var agreement: [ExpertAgreement] = []
    /// nil of a single site.
    package var verdict: ReductionVerdict?

    /// The name of the ``Aggregator``.
    package var method: String { settings.method }

    package init(
        settings: AggregationSettings, sites: [Site], leftOut: [LeftOutSite],
        siteWeights: AggregationOptions.SiteWeights, support: SupportOrigin, supportSize: Int, objectives: [Double],
        converged: Bool, start: ReductionStart, candidates: [Candidate], chosen: GlobalConstruction,
        warnings: [AggregationWarning]
    ) {
        self.settings = settings
        self.sites = sites
        self.leftOut = leftOut
        self.siteWeights = siteWeights
        self.support = support
        self.supportSize = supportSize
        self.objectives = objectives
        self.converged = converged
        self.start = start
        self.candidates = candidates
        self.chosen = chosen
        self.warnings = warnings
    }
}
