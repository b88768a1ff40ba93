import Aggregation
import Foundation
import MixtureOfExperts
import TestSupport
import Testing

/// f̂^W as a predictor.
@Suite struct WeightedAverageTests {
    private let contributions = LocalModels.disturbed(1...4)
    private let rows = RandomData.easyRows(150, seed: 21)

    @Test(arguments: AggregationOptions.SiteWeights.allCases)
    func gatesSumToOne(weights: AggregationOptions.SiteWeights) throws {
        let mixture = try WeightedAverage(contributions, siteWeights: weights)
        let gates = mixture.gateProbabilities(rows.covariates)
        #expect(gates.columnCount == 8 && mixture.experts.count == 8)
        #expect(gates.storage.allSatisfy { $0 >= 0 })
        for row in 0..<rows.rowCount { #expect(difference(gates.row(row).reduce(0, +), 1) < 1e-12) }
    }

    @Test func withConstantWeightsItIsTheWeightedSum() throws {
        let mixture = try WeightedAverage(contributions, siteWeights: .constant)
        let total = contributions.reduce(0) { $0 + $1.fitted.weight }
        var sums = [Double](repeating: 0, count: rows.rowCount)
        for contribution in contributions {
            let own = contribution.fitted.model.logDensities(rows.covariates, responses: rows.responses)
            for row in sums.indices { sums[row] += contribution.fitted.weight / total * exp(own[row]) }
        }
        #expect(
            difference(mixture.logDensities(rows.covariates, responses: rows.responses), sums.map { log($0) }) < 1e-10)
    }

    @Test(arguments: AggregationOptions.SiteWeights.allCases)
    func ofOneSiteItIsItsModel(weights: AggregationOptions.SiteWeights) throws {
        let model = contributions[2].fitted.inOrderOfWeight().model
        let mixture = try WeightedAverage([contributions[2]], siteWeights: weights)
        #expect(mixture.experts == model.experts)
        #expect(mixture.design == model.design)
        #expect(
            difference(
                mixture.gateProbabilities(rows.covariates).storage, model.gateProbabilities(rows.covariates).storage)
                < 1e-12)
        #expect(
            difference(
                mixture.logDensities(rows.covariates, responses: rows.responses),
                model.logDensities(rows.covariates, responses: rows.responses)) < 1e-12)
        #expect(
            difference(mixture.predictors(rows.covariates).storage, model.predictors(rows.covariates).storage) < 1e-12)
    }

    @Test func neitherOrderNorCopiesMatter() throws {
        func densities(_ contributions: [Contribution]) throws -> [Double] {
            try WeightedAverage(contributions).logDensities(rows.covariates, responses: rows.responses)
        }
        let first = try densities(contributions)
        #expect(try densities(contributions.reversed()) == first)
        #expect(difference(try densities(contributions + contributions), first) < 1e-10)
    }

    @Test func nothingAndStrangersAreRefused() {
        #expect(throws: AggregationError.noModels) { try WeightedAverage([]) }
        let other = LocalModels.disturbed(2, design: Design(target: "z", covariates: ["x1", "x2"]))
        #expect(throws: AggregationError.self) {
            try WeightedAverage([contributions[0], Contribution(name: "other", fitted: other)])
        }
    }
}
