import DistributedMoE
import Estimation
import MixtureOfExperts
import Numerics
import StudyData
import TestSupport
import Testing

@Suite struct FederatedAveragingTests {
    @Test func oneSiteAndOneIterationIsGeneralisedEM() {
        let rows = RandomData.easyRows(400, seed: 3)
        let fitted = Study.fitted(Study.start, rows)
        let averaging = FederatedAveraging(rounds: 1, localIterations: 1, options: Study.fitOptions)
        let model = averaging.run(from: fitted, shards: [rows]).model
        let units = Standardisation(Moments.sum(fitted.moments, count: 3))
        let algorithm = GeneralisedEM(
            rows: units.standardised(rows), options: Study.fitOptions, parallelism: .serial)
        let step = algorithm.step(from: algorithm.state(units.standardised(fitted.model)))
        let expected = units.inUserUnits(step.model)
        #expect(
            difference(model.experts.flatMap(\.coefficients), expected.experts.flatMap(\.coefficients)) < 1e-12)
        #expect(difference(model.experts.map(\.dispersion), expected.experts.map(\.dispersion)) < 1e-12)
        #expect(difference(model.gate.coefficients.storage, expected.gate.coefficients.storage) < 1e-12)
        #expect(difference(model.experts.flatMap(\.coefficients), Study.start.experts.flatMap(\.coefficients)) > 0.1)
    }

    /// Averages of one thing: sites with the same rows are one site.
    @Test func sitesOfTheSameRowsAreOneSite() {
        let rows = RandomData.easyRows(300, seed: 4)
        let averaging = FederatedAveraging(rounds: 3, localIterations: 2, options: Study.fitOptions)
        let fitted = Study.fitted(Study.start, rows)
        let one = averaging.run(from: fitted, shards: [rows]).model
        let three = averaging.run(from: fitted, shards: [rows, rows, rows]).model
        #expect(difference(three.experts.flatMap(\.coefficients), one.experts.flatMap(\.coefficients)) < 1e-12)
        #expect(difference(three.gate.coefficients.storage, one.gate.coefficients.storage) < 1e-12)
    }

    @Test func threadsDoNotMatterAndNoRoundsChangeNothing() {
        let shards = Study.shards([200, 300, 250]).map(\.rows)
        let fitted = Study.fitted(Study.start, shards[1])
        func model(rounds: Int, threads: Int) -> MixtureModel {
            FederatedAveraging(
                rounds: rounds, options: Study.fitOptions, parallelism: Parallelism(threads: threads)
            ).run(from: fitted, shards: shards).model
        }
        #expect(model(rounds: 4, threads: 1) == model(rounds: 4, threads: 2))
        let same = model(rounds: 0, threads: 1)
        #expect(
            difference(same.experts.flatMap(\.coefficients), Study.start.experts.flatMap(\.coefficients)) < 1e-12)
    }

    @Test func onLikeSitesItComesNearThePooledFit() throws {
        let shards = Study.shards([400, 400, 400]).map(\.rows)
        let all = ShardRows.concatenation(shards)
        let pooled = try LocalFit(design: RandomData.easyModel.design, options: Study.fitOptions).fit(all)
        let model = FederatedAveraging(options: Study.fitOptions)
            .run(from: Study.fitted(Study.start, shards[0]), shards: shards).model
        let gap =
            Study.logLikelihoodPerRow(pooled.model, all) - Study.logLikelihoodPerRow(model, all)
        #expect(gap > -1e-9 && gap < 0.01)
    }
}
