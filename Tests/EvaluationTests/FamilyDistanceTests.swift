import Evaluation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Distances and posteriors of every family, several linear predictors an expert among them.
@Suite struct FamilyDistanceTests {
    private let points: Matrix

    init() {
        var random = RandomNumbers(seed: 20)
        points = RandomData.matrix(40, 2, using: &random)
    }

    @Test(arguments: FamilyModel.all) func theOrderOfExpertsDoesNotMatter(_ family: FamilyModel) throws {
        let turned = family.model.reordered([1, 0])
        let error = try #require(ParameterError(turned, reference: family.model, at: points))
        #expect(error.experts == 0 && error.dispersions == 0 && error.gates < 1e-15)
        #expect(error.order == [1, 0])
        #expect(transportDivergence(from: family.model, to: turned, at: points) < 1e-13)
    }

    @Test(arguments: FamilyModel.all) func aMovedCoefficientIsTheError(_ family: FamilyModel) throws {
        var moved = family.model
        let last = moved.experts[1].coefficients.count - 1
        moved.experts[1].coefficients[last] += 0.1
        let error = try #require(ParameterError(moved.reordered([1, 0]), reference: family.model, at: points))
        #expect(abs(error.experts - 0.1 / Double(2 * (last + 1)).squareRoot()) < 1e-14)
        #expect(transportDivergence(from: family.model, to: moved, at: points) > 1e-5)
    }

    /// With one expert on each side there is one plan: the mean divergence of the experts.
    @Test(arguments: FamilyModel.all) func ofOneExpertEachTheDivergenceIsThatOfTheFamily(_ family: FamilyModel) {
        let single = family.model.experts.map { expert in
            MixtureModel(
                design: family.model.design, family: family.model.family,
                gate: SoftmaxGate(expertCount: 1, covariateCount: 2), experts: [expert])
        }
        let (from, to) = (single[0].predictors(points), single[1].predictors(points))
        let expected = (0..<40).reduce(0) { sum, point in
            sum + family.model.family.divergence(
                from.row(point), single[0].experts[0].dispersion, to: to.row(point), single[1].experts[0].dispersion)
                / 40
        }
        #expect(relativeError(transportDivergence(from: single[0], to: single[1], at: points), expected) < 1e-13)
    }

    @Test(arguments: FamilyModel.all) func posteriorsFollowBayes(_ family: FamilyModel) {
        let rows = family.rows(30, seed: 21)
        let (logDensities, posteriors) = family.model.posteriors(rows.covariates, responses: rows.responses)
        let (gates, predictors) = (
            family.model.gateProbabilities(rows.covariates), family.model.predictors(rows.covariates)
        )
        let width = family.model.family.predictorCount
        for row in 0..<30 {
            let joint = family.model.experts.indices.map { expert in
                let own = (0..<width).map { predictors[row, expert * width + $0] }
                return log(gates[row, expert])
                    + family.model.family.logDensity(rows.responses[row], own, family.model.experts[expert].dispersion)
            }
            #expect(abs(logDensities[row] - Scalar.logSumExp(joint)) < 1e-12)
            #expect(abs(posteriors[row, 0] - 1 / (1 + exp(joint[1] - joint[0]))) < 1e-12)
        }
    }
}
