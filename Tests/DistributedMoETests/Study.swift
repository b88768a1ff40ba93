import Aggregation
import DistributedMoE
import Estimation
import MixtureOfExperts
import Numerics
import StudyData
import TestSupport

/// Small shards of two well separated experts.
enum Study {
    static let fitOptions = FitOptions(expertCount: 2, starts: 3)

    static func shards(_ rowCounts: [Int]) -> [DistributedLearning.Shard] {
        rowCounts.enumerated().map { index, count in
            DistributedLearning.Shard(
                name: "shard \(index + 1)", rows: RandomData.easyRows(count, seed: UInt64(index + 1)))
        }
    }

    static func learning(
        rounds: Int = 0, inconsistentSites: InconsistentSiteRule = .keep, parallelism: Parallelism = .serial
    ) -> DistributedLearning {
        DistributedLearning(
            design: RandomData.easyModel.design, fitOptions: fitOptions,
            coordinator: Coordinator(
                options: AggregationOptions(supportSize: 300, inconsistentSites: inconsistentSites)),
            rounds: rounds,
            parallelism: parallelism)
    }

    static func logLikelihoodPerRow(_ model: MixtureModel, _ rows: ShardRows) -> Double {
        model.statistics(of: rows, level: .likelihood).logLikelihood / rows.totalWeight
    }

    static func fitted(_ model: MixtureModel, _ rows: ShardRows) -> FittedMixture {
        FittedMixture(
            model: model, moments: model.statistics(of: rows, level: .expectationMaximization).expertMoments,
            rowCount: rows.rowCount, weight: rows.totalWeight)
    }

    /// Not near an optimum.
    static var start: MixtureModel {
        var model = RandomData.easyModel
        model.experts[0].coefficients[0] += 0.5
        model.experts[1].coefficients[2] -= 0.5
        return model
    }
}
