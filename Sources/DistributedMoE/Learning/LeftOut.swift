import Aggregation
import Estimation
import Messages

/// A shard or a site that is not in the result, as `--json` has it: `{"name": …, "rows": …, "reason": {"code": …}}`.
public struct LeftOut: Sendable, Equatable, Encodable {
    package enum Reason: Sendable, Equatable, Encodable, DoorMessage {
        /// It could not be fitted.
        case notFitted(EstimationError)
        /// Its local model cannot be right.
        case inconsistent(AggregationWarning)

        package func text(_ style: OptionStyle) -> String {
            switch self {
            case .notFitted(let error): error.text(style)
            case .inconsistent(let warning): warning.text(style)
            }
        }

        package func encode(to encoder: any Encoder) throws {
            switch self {
            case .notFitted(let error): try Coded(error).encode(to: encoder)
            case .inconsistent(let warning): try Coded(warning).encode(to: encoder)
            }
        }
    }

    /// Of the shard or site.
    public var name: String
    /// How many it has.
    public var rows: Int
    package var reason: Reason

    package init(_ shard: DistributedLearning.LeftOutShard) {
        name = shard.name
        rows = shard.rowCount
        reason = .notFitted(shard.reason)
    }

    package init(_ site: AggregationReport.LeftOutSite) {
        name = site.name
        rows = site.rows
        reason = .inconsistent(site.warning)
    }
}
