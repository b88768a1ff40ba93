import Aggregation
import Estimation
import Evaluation
import Messages
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

    /// Why there is no estimate.
    package enum Failure: Sendable, Equatable, Encodable, DoorMessage {
        case estimation(EstimationError)
        case aggregation(AggregationError)

        package func text(_ style: OptionStyle) -> String {
            switch self {
            case .estimation(let error): error.text(style)
            case .aggregation(let error): error.text(style)
            }
        }

        package func encode(to encoder: any Encoder) throws {
            switch self {
            case .estimation(let error): try Coded(error).encode(to: encoder)
            case .aggregation(let error): try Coded(error).encode(to: encoder)
            }
        }
    }

    /// What happened on the way.
    package enum Warning: Sendable, Equatable, Encodable, DoorMessage {
        case aggregation(AggregationWarning)
        case round(RoundWarning)
        case ending(title: String, ExtraRounds.Ending)

        package func text(_ style: OptionStyle) -> String {
            switch self {
            case .aggregation(let warning): warning.text(style)
            case .round(let warning): warning.text(style)
            case .ending(let title, let ending): "\(title): \(ending.text(style))"
            }
        }

        package func encode(to encoder: any Encoder) throws {
            switch self {
            case .aggregation(let warning): try Coded(warning).encode(to: encoder)
            case .round(let warning): try Coded(warning).encode(to: encoder)
            case .ending(_, let ending): try Coded(ending).encode(to: encoder)
            }
        }
    }

    package var method: String
    package var title: String
    /// Extra rounds of distributed EM.
    package var rounds: Int
    /// Components, for the weighted average of the local models.
    package var experts: Int?
    /// Why there is no estimate.
    package var failure: Failure?
    package var scores: Scores?
    /// Transportation divergence from the reference named to the estimate, per point of the test rows.
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
    package var warnings: [Warning] = []
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
