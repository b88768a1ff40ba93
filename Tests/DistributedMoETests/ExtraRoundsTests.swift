import DistributedMoE
import Estimation
import MixtureOfExperts
import Numerics
import StudyData
import TestSupport
import Testing

@Suite struct ExtraRoundsTests {
    @Test func roundsClimbToThePooledOptimum() throws {
        let shards = Study.shards([300, 400, 350])
        let all = ShardRows.concatenation(shards.map(\.rows))
        let pooled = try LocalFit(
            design: RandomData.easyModel.design, options: FitOptions(expertCount: 2, starts: 3, tolerance: 1e-13)
        ).fit(all)
        let result = try ExtraRounds(25, options: Study.fitOptions)
            .run(from: Study.fitted(Study.start, all), shards: shards)
        #expect(result.rounds.count == 25)
        #expect(result.rounds.allSatisfy { $0.sites == 3 && $0.warnings.isEmpty })
        let trace = result.rounds.map(\.update.logLikelihoodPerRow)
        #expect(neverFalls(trace))
        #expect(difference(trace[0], Study.logLikelihoodPerRow(Study.start, all)) < 1e-12)
        #expect(trace[24] > trace[0] + 0.1)
        let last = try #require(result.rounds.last).update.fitted
        let optimum = Study.logLikelihoodPerRow(pooled.model, all)
        #expect(abs(Study.logLikelihoodPerRow(last.model, all) - optimum) < 1e-7)
        #expect(result.bytesSent > 0)
    }

    @Test func learningMakesThemAfterTheAggregation() throws {
        let shards = Study.shards([300, 400, 350])
        let plain = try Study.learning().learn(shards)
        let learned = try Study.learning(rounds: 2, parallelism: Parallelism(threads: 2)).learn(shards)
        #expect(plain.rounds == nil)
        #expect(plain.fitted == plain.global.fitted)
        #expect(learned.global.fitted == plain.global.fitted)
        let rounds = try #require(learned.rounds)
        #expect(rounds.rounds.count == 2)
        #expect(learned.fitted == rounds.rounds[1].update.fitted)
        let byHand = try ExtraRounds(2, options: Study.fitOptions).run(from: plain.global.fitted, shards: shards)
        #expect(learned.fitted == byHand.rounds[1].update.fitted)
        #expect(rounds.bytesSent == byHand.bytesSent)
        let all = ShardRows.concatenation(shards.map(\.rows))
        #expect(
            Study.logLikelihoodPerRow(learned.fitted.model, all) > Study.logLikelihoodPerRow(plain.fitted.model, all))
    }

    @Test func aSiteBelowTheThresholdIsLeftOutOfTheRound() throws {
        var shards = Study.shards([300, 400])
        shards.append(.init(name: "tiny", rows: RandomData.easyRows(4, seed: 9)))
        let result = ExtraRounds(1, options: Study.fitOptions)
            .run(from: Study.fitted(Study.start, shards[0].rows), shards: shards)
        #expect(result.rounds[0].sites == 2)
        #expect(result.rounds[0].warnings.contains { $0.description.hasPrefix("tiny is left out of a round: ") })
        let nothing = ExtraRounds(1, options: Study.fitOptions)
            .run(from: Study.fitted(Study.start, shards[0].rows), shards: [shards[2]])
        #expect(nothing.rounds.isEmpty)
        guard case .nothingReleased? = nothing.ending else {
            Issue.record("rounds of which nothing is released must say so")
            return
        }
    }

    @Test func inconsistentSitesTakeNoPart() throws {
        var shards = Study.shards([300, 310, 320, 330, 340])
        shards[2].rows = ShardRows(
            covariates: shards[2].rows.covariates, responses: shards[2].rows.responses.map { -1000 * $0 })
        let learned = try Study.learning(rounds: 1, inconsistentSites: .exclude).learn(shards)
        #expect(learned.global.report.leftOut.map(\.name) == ["shard 3"])
        #expect(learned.rounds?.rounds.first?.sites == 4)
        #expect(learned.fitted.rowCount == 300 + 310 + 330 + 340)
    }
}
