import Aggregation
import Evaluation
import MixtureOfExperts
import Numerics
import Simulation
import TestSupport
import Testing

/// Global models aggregated further.
@Suite struct TreeTests {
    private func aggregate(_ contributions: [Contribution]) throws -> GlobalModel {
        try Coordinator(options: AggregationOptions(supportSize: 2000), parallelism: Parallelism(threads: 2))
            .aggregate(contributions)
    }

    @Test func twoLevelsScoreAsOne() throws {
        let benchmark = SyntheticBenchmark(profile: .moderate, shardCount: 16, seed: 2)
        let sites = (0..<16).map { LocalModels.synthetic(benchmark, shard: $0, rowCount: 1500) }
        let one = try aggregate(sites)
        let regions = try (0..<4).map { region in
            Contribution(
                name: "region \(region)", fitted: try aggregate(Array(sites[4 * region..<4 * region + 4])).fitted)
        }
        let two = try aggregate(regions)
        let test = benchmark.testRows(10_000).rows
        func score(_ model: MixtureModel) -> Double { Scores(model, on: test).logLikelihoodPerRow }
        #expect(abs(score(two.model) - score(one.model)) < 0.0002)
        #expect(two.fitted.rowCount == one.fitted.rowCount)
        #expect(difference(two.fitted.weight, one.fitted.weight) < 1e-12)
        #expect(difference(two.fitted.moments.map(\.weight), one.fitted.moments.map(\.weight)) < 1e-9)
        // Statistics add: the experts of two levels are those of one.
        #expect(difference(two.coefficients, one.coefficients) < 1e-9)
    }

    @Test func aGlobalModelAloneIsItself() throws {
        let global = try aggregate(LocalModels.disturbed(1...4))
        let again = try aggregate([Contribution(name: "global", fitted: global.fitted)])
        #expect(difference(again.coefficients, global.coefficients) < 1e-8)
        #expect(difference(again.model.gate.coefficients.storage, global.model.gate.coefficients.storage) < 1e-4)
        #expect(again.fitted.rowCount == global.fitted.rowCount && again.fitted.weight == global.fitted.weight)
        #expect(again.report.leftOut.isEmpty)
    }
}
