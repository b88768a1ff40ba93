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
    /// A way of building the global model, and its mean log density on a fresh draw from f̂^W.
    package struct Candidate: Sendable, Equatable {
        package var name: String
        package var score: Double

        package init(name: String, score: Double) {
            self.name = name
            self.score = score
        }
    }

    /// One local model and its part.
    package struct Site: Sendable, Equatable {
        package var name: String
        package var rows: Int
        /// λ_m = N_m / N.
        package var weight: Double
        /// The global expert (from 0) that each local expert went to, local experts by falling weight.
        package var labels: [Int]

        package init(name: String, rows: Int, weight: Double, labels: [Int]) {
            self.name = name
            self.rows = rows
            self.weight = weight
            self.labels = labels
        }
    }

    /// What a number of experts reaches on a fresh draw from f̂^W.
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
        /// From what the other sites say; nats a row.
        package var divergence: Double

        package init(name: String, rows: Int, divergence: Double) {
            self.name = name
            self.rows = rows
            self.divergence = divergence
        }

        package func text(_ style: OptionStyle) -> String {
            "\(name) is left out as inconsistent (divergence \(Self.rounded(divergence)) per row from what other sites say): "
                + "check its units and columns; \(RequestOption.robust.setting(false, style)) takes it in"
        }

        private static func rounded(_ value: Double) -> String {
            value < 1e6 ? "\((10 * value).rounded() / 10)" : "above a million"
        }
    }

    /// The name of the ``Aggregator``.
    package var method: String
    package var sites: [Site]
    package var leftOut: [LeftOutSite]
    package var siteWeights: String
    /// Where the support came from, in words.
    package var support: String
    package var supportSize: Int
    /// Transportation divergence per point before each update of the best start, and at its end.
    package var objectives: [Double]
    package var converged: Bool
    package var start: String
    package var candidates: [Candidate]
    package var chosen: String
    /// Where the number of experts was chosen: all that were tried.
    package var expertCounts: [ExpertCount] = []
    package var seed: UInt64
    package var warnings: [String]

    package init(
        method: String, sites: [Site], leftOut: [LeftOutSite], siteWeights: String, support: String, supportSize: Int,
        objectives: [Double], converged: Bool, start: String, candidates: [Candidate], chosen: String, seed: UInt64,
        warnings: [String]
    ) {
        self.method = method
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
        self.seed = seed
        self.warnings = warnings
    }
}
