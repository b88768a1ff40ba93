import Aggregation

/// The estimators that a comparison may name: the aggregators, and those that need the rows or are no single model.
package enum EstimationMethod: Sendable {
    /// All rows in one place: what the others are measured by.
    case pooled
    /// f̂^W as a predictor.
    case mixture
    case aggregator(any Aggregator)
    case federated

    package static let all: [EstimationMethod] =
        [.pooled, .mixture] + Aggregators.all.map(EstimationMethod.aggregator) + [.federated]

    package static func named(_ name: String) -> EstimationMethod? { all.first { $0.name == name } }

    package var name: String {
        switch self {
        case .pooled: "pooled"
        case .mixture: "mixture"
        case .aggregator(let aggregator): aggregator.name
        case .federated: "federated"
        }
    }

    package var title: String {
        switch self {
        case .pooled: "pooled fit"
        case .mixture: "all local models, f^W"
        case .aggregator(let aggregator): aggregator.title
        case .federated: "federated averaging"
        }
    }
}
