import Aggregation
import DistributedMoE
import Estimation
import Messages
import StudyData

/// The table's requests as a Swift caller writes them.
extension DoorRequest {
    func fitJob() throws(RequestRefusal) -> FitJob {
        var job = FitJob(columns: ColumnRequest())
        for (option, value) in options {
            switch option {
            case .target: job.columns.target = value.text
            case .features: job.columns.features = value.names
            case .gateFeatures: job.columns.gateFeatures = value.names
            case .family: job.columns.family = value.text
            case .classes: job.columns.classes = value.names
            case .exposure: job.columns.exposure = value.text
            case .weights: job.columns.weights = value.text
            case .missing: job.columns.missing = try option.named(value.text ?? "")
            case .experts:
                if case .range(let first, let last) = value {
                    job.experts = ExpertNumbers(first: first, last: last)
                } else {
                    job.experts = value.integer.map { ExpertNumbers($0) }
                }
            case .starts: job.settings.starts = value.integer ?? 0
            case .tolerance: job.settings.tolerance = value.number ?? .nan
            case .maximumIterations: job.settings.maximumIterations = value.integer ?? 0
            case .standardErrors: job.settings.standardErrors = try option.named(value.text ?? "")
            case .slopePrior: job.settings.slopePrior = try option.named(value.text ?? "")
            case .l1Gate: job.settings.l1Gate = value.number
            case .l1Experts: job.settings.l1Experts = value.number
            case .l1: job.settings.l1Automatic = true
            case .l1Refit: job.settings.l1Refit = value.flag ?? false
            case .minRows: job.settings.minRows = value.integer
            case .criterion: job.criterion = try option.named(value.text ?? "")
            case .holdout: job.holdout = value.number
            case .seed: job.seed = value.integer.map { UInt64($0) }
            default: preconditionFailure("\(option) is not in the table of fits")
            }
        }
        return job
    }

    func aggregateJob() throws(RequestRefusal) -> AggregateJob {
        var job = AggregateJob()
        for (option, value) in options {
            switch option {
            case .experts: job.settings.experts = value.integer.map { .count($0) } ?? .automatic
            case .method: job.settings.method = value.text
            case .gate: job.settings.gate = try option.named(value.text ?? "")
            case .siteWeights: job.settings.siteWeights = try option.named(value.text ?? "")
            case .largestShare: job.settings.largestShare = value.number
            case .supportSize: job.settings.supportSize = value.integer ?? 0
            case .inconsistent: job.settings.inconsistent = try option.named(value.text ?? "")
            case .seed: job.settings.seed = value.integer.map { UInt64($0) }
            default: preconditionFailure("\(option) is not in the table of aggregations")
            }
        }
        return job
    }

    func statisticsJob() -> StatisticsJob {
        var job = StatisticsJob()
        for (option, value) in options {
            switch option {
            case .weights: job.weights = value.text
            case .minRows: job.minRows = value.integer
            default: preconditionFailure("\(option) is not in the table of statistics")
            }
        }
        return job
    }
}
