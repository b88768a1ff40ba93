import DistributedMoE
import Evaluation
import Messages
import MixtureOfExperts
import ModelFiles
import Numerics
import StudyData
import TestSupport
import Testing

@Suite struct EstimatorComparisonTests {
    private static let test = RandomData.easyRows(400, seed: 50)

    private func run(
        _ rowCounts: [Int], methods: [String]? = nil, rounds: Int = 0, truth: MixtureModel? = nil, groups: [Int]? = nil
    ) throws -> EstimatorComparison.Result {
        let chosen = try methods?.map { try #require(EstimationMethod.named($0)) } ?? EstimationMethod.all
        return try EstimatorComparison(
            Study.learning(), methods: chosen, rounds: rounds, parallelism: Parallelism(threads: 2)
        ).run(Study.shards(rowCounts), test: Self.test, truth: truth, groups: groups)
    }

    @Test func everyMethodIsJudged() throws {
        let groups = (0..<400).map { $0 % 2 }
        let result = try run([300, 320, 340], truth: RandomData.easyModel, groups: groups)
        #expect(result.estimates.map(\.method) == EstimationMethod.all.map(\.name))
        let truth = Scores(RandomData.easyModel, on: Self.test).logLikelihoodPerRow
        for estimate in result.estimates {
            #expect(estimate.failure == nil, "\(estimate.method)")
            let scores = try #require(estimate.scores)
            #expect(scores.rows == 400)
            #expect(abs(scores.logLikelihoodPerRow - truth) < 0.3, "\(estimate.method)")
            let distances = [estimate.divergence.mixture, estimate.divergence.pooled, estimate.divergence.truth]
            #expect(distances.allSatisfy { $0.map { $0.isFinite && $0 >= 0 } == true }, "\(estimate.method)")
            #expect(estimate.learningSeconds > 0)
            let isMixture = estimate.method == "mixture"
            #expect(estimate.experts == (isMixture ? 6 : 2))
            #expect((estimate.parameterError == nil) == isMixture)
            #expect((estimate.randIndex == nil) == isMixture)
        }
        let pooled = try #require(result.estimates.first)
        #expect(pooled.divergence.pooled == 0)
        #expect(pooled.bytesSent == 960 * 3 * 8)
        #expect(result.estimates[1].divergence.mixture == 0)
        let federated = try #require(result.estimates.last)
        #expect(federated.rounds == 10)
        // Eight parameters of experts, three of the gate.
        #expect(federated.bytesSent == 10 * 3 * 11 * 8)
        // All others send the local models once.
        let files = try result.shards.reduce(0) { try $0 + ModelFile($1.local).text(path: "m").utf8.count }
        #expect(result.estimates.dropFirst().dropLast().allSatisfy { $0.bytesSent == files && $0.rounds == 0 })
    }

    @Test func theOrderAskedForIsKept() throws {
        let names = ["medoid", "pooled", "average"]
        #expect(try run([300, 300], methods: names).estimates.map(\.method) == names)
    }

    @Test func roundsFollowTheMethodThatTheyBeginAt() throws {
        let result = try run([300, 320], methods: ["pooled", "mixture", "medoid", "federated"], rounds: 2)
        #expect(result.estimates.map(\.method) == ["pooled", "mixture", "medoid", "medoid", "federated"])
        #expect(result.estimates.map(\.rounds) == [0, 0, 0, 2, 10])
        let (first, after) = (result.estimates[2], result.estimates[3])
        #expect(after.title == first.title + ", 2 extra rounds")
        #expect(after.bytesSent > first.bytesSent)
        let distance = try #require(after.divergence.pooled)
        #expect(try distance < #require(first.divergence.pooled))
    }

    @Test func aMethodThatFailsIsReportedAndTheOthersGoOn() throws {
        // The small shard's rows support one expert.
        let result = try run([300, 320, 12], methods: ["average", "medoid", "aligned"], rounds: 1)
        #expect(result.estimates.map(\.method) == ["average", "medoid", "medoid", "aligned"])
        for estimate in [result.estimates[0], result.estimates[3]] {
            #expect(estimate.failure?.description.contains("averages expert by expert") == true)
            #expect(estimate.scores == nil && estimate.model == nil)
        }
        #expect(result.estimates[1].failure == nil && result.estimates[1].scores != nil)
    }

    @Test func withoutATruthNothingIsSaidOfIt() throws {
        let estimate = try run([300, 300], methods: ["medoid"]).estimates[0]
        #expect(estimate.divergence.truth == nil && estimate.divergence.pooled == nil)
        #expect(estimate.parameterError == nil && estimate.randIndex == nil)
    }

    @Test func shardsWithoutAModelAreReported() throws {
        let result = try run([300, 300, 4], methods: ["medoid"])
        #expect(result.shards.map(\.name) == ["shard 1", "shard 2"])
        #expect(result.leftOut.map(\.name) == ["shard 3"])
        #expect(throws: JobFailure.self) { try run([4, 3], methods: ["medoid"]) }
    }
}
