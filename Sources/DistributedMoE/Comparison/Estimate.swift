import Evaluation
import MixtureOfExperts

/// One estimator on one set of shards: what it found and what that cost.
package struct Estimate: Sendable, Encodable {
    /// The distances of the comparison, each nil where it cannot be had.
    package struct Divergence: Sendable, Encodable, Equatable {
        /// From f̂^W.
        package var mixture: Double?
        /// From the pooled fit.
        package var pooled: Double?
        /// From the true model.
        package var truth: Double?
    }

    package var method: String
    package var title: String
    /// Extra rounds of distributed EM.
    package var rounds: Int
    /// Components, for the weighted average of the local models.
    package var experts: Int?
    /// Why there is no estimate.
    package var failure: String?
    package var scores: Scores?
    /// Transportation divergence from the reference named to the estimate, a point of the test rows.
    package var divergence = Divergence()
    package var parameterError: ParameterError?
    /// Agreement of the most probable experts of the test rows with their true groups.
    package var randIndex: Double?
    package var adjustedRandIndex: Double?
    package var clusteringError: Double?
    /// From all sites to the coordinator.
    package var bytesSent: Int
    /// Slowest site + coordinator, over all rounds.
    package var learningSeconds: Double
    package var warnings: [String] = []
    /// What was estimated.
    package var model: (any ConditionalMixture)?

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
