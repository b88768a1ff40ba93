import MixtureOfExperts

/// The reduction f̂^R: one mixture from many, with the pooled statistics of its experts.
public struct GlobalModel: Sendable, Equatable {
    public var fitted: FittedMixture
    public var report: AggregationReport

    public init(fitted: FittedMixture, report: AggregationReport) {
        self.fitted = fitted
        self.report = report
    }

    public var model: MixtureModel { fitted.model }
}

/// How an aggregation went: a value that stays with the model.
public struct AggregationReport: Sendable, Equatable {
    /// A way of building the global model, and its mean log density on a fresh draw from f̂^W.
    public struct Candidate: Sendable, Equatable {
        public var name: String
        public var score: Double

        public init(name: String, score: Double) {
            self.name = name
            self.score = score
        }
    }

    /// One local model and its part.
    public struct Site: Sendable, Equatable {
        public var name: String
        public var rows: Int
        /// λ_m = N_m / N.
        public var weight: Double
        /// The global expert (from 0) that each local expert went to, local experts by falling weight.
        public var labels: [Int]

        public init(name: String, rows: Int, weight: Double, labels: [Int]) {
            self.name = name
            self.rows = rows
            self.weight = weight
            self.labels = labels
        }
    }

    /// What a number of experts reaches on a fresh draw from f̂^W.
    public struct ExpertCount: Sendable, Equatable {
        public var experts: Int
        /// Mean log density.
        public var score: Double
        /// Less the penalty for the parameters.
        public var penalised: Double

        public init(experts: Int, score: Double, penalised: Double) {
            self.experts = experts
            self.score = score
            self.penalised = penalised
        }
    }

    /// A site whose local model cannot be right, and was left out.
    public struct LeftOutSite: Sendable, Equatable {
        public var name: String
        public var rows: Int
        /// From what the other sites say; nats a row.
        public var divergence: Double

        public init(name: String, rows: Int, divergence: Double) {
            self.name = name
            self.rows = rows
            self.divergence = divergence
        }

        /// What to say of it.
        public var warning: String {
            "\(name) is left out as broken (divergence \(Self.rounded(divergence)) a row from what other sites say): check "
                + "its units and columns; --no-robust takes it in"
        }

        private static func rounded(_ value: Double) -> String {
            value < 1e6 ? "\((10 * value).rounded() / 10)" : "above a million"
        }
    }

    /// The name of the ``Aggregator``.
    public var method: String
    public var sites: [Site]
    public var leftOut: [LeftOutSite]
    public var siteWeights: String
    /// Where the support came from, in words.
    public var support: String
    public var supportSize: Int
    /// Transportation divergence per point before each update of the best start, and at its end.
    public var objectives: [Double]
    public var converged: Bool
    public var start: String
    public var candidates: [Candidate]
    public var chosen: String
    /// Where the number of experts was chosen: all that were tried.
    public var expertCounts: [ExpertCount] = []
    public var seed: UInt64
    public var warnings: [String]

    public init(
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
