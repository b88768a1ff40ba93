import Aggregation
import Foundation
import Simulation
import TestSupport
import Testing

/// The number of experts of the global model, chosen.
@Suite struct ExpertCountSearchTests {
    private func search(
        _ contributions: [Contribution], _ range: ClosedRange<Int>, by aggregator: any Aggregator
    ) throws -> GlobalModel {
        try Coordinator(
            aggregator: aggregator, options: AggregationOptions(expertCountRange: range, supportSize: 400)
        ).aggregate(contributions)
    }

    @Test(arguments: ["transport-statistics", "greedy"]) func theTrueNumberIsChosen(method: String) throws {
        let benchmark = SyntheticBenchmark(profile: .balanced, shardCount: 4, seed: 3)
        let contributions = (0..<4).map { LocalModels.synthetic(benchmark, shard: $0, rowCount: 1000) }
        let global = try search(contributions, 1...15, by: #require(Aggregators.named(method)))
        #expect(global.model.expertCount == 5)
        // Three more bring nothing: the search ends.
        #expect(global.report.expertCounts.map(\.experts) == Array(1...8))
    }

    @Test func theCurveHoldsWhatWasTried() throws {
        let contributions = LocalModels.disturbed(1...3)
        let global = try search(contributions, 2...4, by: TransportAggregator.statistics)
        let curve = global.report.expertCounts
        #expect(curve.map(\.experts) == [2, 3, 4])
        let rows = contributions.reduce(0) { $0 + $1.fitted.weight }
        for point in curve {
            // Of each expert three coefficients and a variance; three coefficients of every gate but one.
            let parameters = Double(4 * point.experts + 3 * (point.experts - 1))
            #expect(difference(point.penalised, point.score - 0.5 * parameters * log(rows) / rows) < 1e-12)
        }
        let best = try #require(curve.max { $0.penalised < $1.penalised })
        #expect(global.model.expertCount == best.experts)
        // The same as asking for that number.
        let asked = try Coordinator(
            aggregator: TransportAggregator.statistics,
            options: AggregationOptions(expertCount: best.experts, supportSize: 400)
        ).aggregate(contributions)
        #expect(asked.fitted == global.fitted)
        #expect(asked.report.expertCounts.isEmpty)
    }

    @Test func moreThanAllComponentsAreNotTried() throws {
        let contributions = LocalModels.disturbed(1...1)
        let global = try search(contributions, 1...9, by: TransportAggregator.statistics)
        #expect(global.report.expertCounts.map(\.experts) == [1, 2])
        #expect(throws: AggregationError.tooManyExperts(asked: 3, components: 2)) {
            try search(contributions, 3...9, by: TransportAggregator.statistics)
        }
    }

    /// A local model has the experts that it has.
    @Test(arguments: ["medoid", "best", "average", "aligned"]) func someMethodsHaveNoChoice(method: String) throws {
        let global = try search(LocalModels.disturbed(1...3), 1...6, by: #require(Aggregators.named(method)))
        #expect(global.model.expertCount == 2)
        #expect(global.report.expertCounts.map(\.experts) == [2])
    }
}
