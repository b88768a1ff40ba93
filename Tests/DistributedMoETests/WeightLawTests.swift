import Aggregation
import DistributedMoE
import Estimation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Row weights on the whole path: a weight of 2 is the row twice.
@Suite struct WeightLawTests {
    /// Whole weights from 0 to 3, and the same rows written out.
    private func shards(_ random: inout RandomNumbers) -> (
        weighted: [DistributedLearning.Shard], repeated: [DistributedLearning.Shard]
    ) {
        var result = (weighted: [DistributedLearning.Shard](), repeated: [DistributedLearning.Shard]())
        for index in 0..<3 {
            let weights = (0..<250).map { _ in Double(random.index(below: 4)) }
            let rows = RandomData.easyRows(250, seed: UInt64(index + 40))
            let copies = weights.indices.flatMap { Array(repeating: $0, count: Int(weights[$0])) }
            let name = "shard \(index + 1)"
            result.weighted.append(.init(name: name, rows: rows.weighted(weights)))
            result.repeated.append(.init(name: name, rows: rows.subset(copies)))
        }
        return result
    }

    @Test func aWeightOfTwoIsTheRowTwice() throws {
        var random = RandomNumbers(seed: 17)
        let (weighted, repeated) = shards(&random)
        let learning = DistributedLearning(
            design: RandomData.easyModel.design,
            fitOptions: FitOptions(expertCount: 2, starts: 3),
            coordinator: Coordinator(options: AggregationOptions(supportSize: 300)), parallelism: .serial)
        let first = try learning.learn(weighted)
        let second = try learning.learn(repeated)
        for (own, other) in zip(first.shards, second.shards) {
            expectSame(own.local.fitted, other.local.fitted, within: 1e-8)
        }
        // The gate of the global model is fitted to points, until its gradient is small.
        expectSame(first.fitted, second.fitted, within: 1e-5, gates: 1e-3)
    }

    private func expectSame(
        _ first: FittedMixture, _ second: FittedMixture, within tolerance: Double, gates: Double? = nil
    ) {
        func expect(_ first: [Double], _ second: [Double], within tolerance: Double = tolerance) {
            #expect(first.count == second.count)
            for (own, other) in zip(first, second) {
                #expect(abs(own - other) <= tolerance * (1 + abs(other)), "\(own) \(other)")
            }
        }
        expect(first.model.experts.flatMap(\.coefficients), second.model.experts.flatMap(\.coefficients))
        expect(first.model.experts.map(\.dispersion), second.model.experts.map(\.dispersion))
        expect(
            first.model.gate.coefficients.storage, second.model.gate.coefficients.storage, within: gates ?? tolerance)
        for (own, other) in zip(first.moments, second.moments) {
            expect([own.weight] + own.mean, [other.weight] + other.mean)
        }
    }
}
