import Aggregation
import Estimation
import Evaluation
import Messages
import MixtureOfExperts

/// One estimator on one set of shards: what it found and what that cost.
public struct Estimate: Sendable, Encodable {
    /// Transportation divergences per point of the test rows, in nats; each nil where it cannot be had.
    public struct Divergence: Sendable, Encodable, Equatable {
        /// From f̂^W, the average of the local models.
        public var mixture: Double?
        /// From the pooled fit.
        public var pooled: Double?
        /// From the true model.
        public var truth: Double?
    }

    /// Why there is no estimate.
    public enum Absence: Sendable, Equatable, Encodable, DoorMessage {
        /// Rows that cannot be fitted.
        case estimation(EstimationError)
        /// Local models that cannot be aggregated.
        case aggregation(AggregationError)

        /// One line, with options in the spelling of a door.
        public func text(_ style: OptionStyle) -> String {
            switch self {
            case .estimation(let error): error.text(style)
            case .aggregation(let error): error.text(style)
            }
        }

        /// As one object with its code.
        public func encode(to encoder: any Encoder) throws {
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

    /// The name of the method, as ``CompareJob/methods`` has it.
    public var method: String
    /// What tables call it.
    public var title: String
    /// Rounds of communication: extra rounds of distributed EM, or those of federated averaging.
    public var rounds: Int
    /// Components, for the weighted average of the local models.
    public var experts: Int?
    /// Why there is no estimate.
    public var failure: Absence?
    /// On the test rows; nil where there is no estimate.
    public var scores: Scores?
    /// From the reference named to the estimate.
    public var divergence = Divergence()
    /// From the true model; nil where none is known or the numbers of experts differ.
    public var parameterError: ParameterError?
    /// Agreement of the most probable experts of the test rows with their true groups.
    public var randIndex: Double?
    /// The same, corrected for chance.
    public var adjustedRandIndex: Double?
    /// Share of the test rows whose most probable expert is not matched to their group.
    public var clusteringError: Double?
    /// From all sites to the coordinator.
    public var bytesSent: Int
    /// Seconds of the slowest site and of the coordinator, over all rounds.
    public var learningSeconds: Double
    package var warnings: [Warning] = []
    /// What was estimated: a ``MixtureModel``, or the average of the local models.
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
