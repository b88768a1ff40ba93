import Evaluation
import MixtureOfExperts

/// One estimator on one set of shards: what it found and what that cost.
public struct Estimate: Sendable, Encodable {
    /// The distances of the comparison, each nil where it cannot be had.
    public struct Divergence: Sendable, Encodable, Equatable {
        /// From f̂^W.
        public var mixture: Double?
        /// From the pooled fit.
        public var pooled: Double?
        /// From the true model.
        public var truth: Double?
    }

    public var method: String
    public var title: String
    /// Extra rounds of distributed EM.
    public var rounds: Int
    /// Components, for the weighted average of the local models.
    public var experts: Int?
    /// Why there is no estimate.
    public var failure: String?
    public var scores: Scores?
    /// Transportation divergence from the reference named to the estimate, a point of the test rows.
    public var divergence = Divergence()
    public var parameterError: ParameterError?
    /// Agreement of the most probable experts of the test rows with their true groups.
    public var randIndex: Double?
    public var adjustedRandIndex: Double?
    public var clusteringError: Double?
    /// From all sites to the coordinator.
    public var bytesSent: Int
    /// Slowest site + coordinator, over all rounds.
    public var learningSeconds: Double
    public var warnings: [String] = []
    /// What was estimated.
    public var model: (any ConditionalMixture)?

    init(_ method: EstimationMethod, rounds: Int = 0, bytesSent: Int = 0, learningSeconds: Double = 0) {
        self.method = method.name
        title = method.title + (rounds > 0 ? ", \(rounds) extra round\(rounds == 1 ? "" : "s")" : "")
        self.rounds = rounds
        self.bytesSent = bytesSent
        self.learningSeconds = learningSeconds
    }

    private enum CodingKeys: String, CodingKey {
        case method, title, rounds, experts, failure, scores, divergence, parameterError, randIndex, adjustedRandIndex
        case clusteringError, bytesSent, learningSeconds, warnings
    }
}
