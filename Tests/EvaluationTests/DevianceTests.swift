import Evaluation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// The mean deviance of ``Scores``.
@Suite struct DevianceTests {
    private static func model(_ family: any ExpertFamily, _ coefficients: [Double], dispersion: Double = 1)
        -> MixtureModel
    {
        MixtureModel(
            design: RandomData.design(1), family: family,
            gate: SoftmaxGate(coefficients: Matrix(rowCount: 2, columnCount: 1)),
            experts: [Expert(coefficients: coefficients, dispersion: dispersion)])
    }

    private static let x = [-1.0, 0, 0.5, 2]

    private static func scores(_ model: MixtureModel, _ responses: [Double], weights: [Double]? = nil) -> Scores {
        Scores(model, on: ShardRows(covariates: Matrix(columns: [x]), responses: responses, weights: weights))
    }

    /// The textbook's sums (McCullagh & Nelder 1989, section 2.3).
    @Test func closedForms() throws {
        let means = Self.x.map { exp(0.3 + 0.7 * $0) }
        let weights = [1.0, 2, 0.5, 3]
        let counts = [0.0, 3, 1, 5]
        let ofCounts = zip(zip(counts, means), weights).reduce(0) { sum, row in
            let ((y, mean), weight) = row
            return sum + weight * 2 * ((y > 0 ? y * log(y / mean) : 0) - (y - mean))
        }
        let poisson = Self.scores(Self.model(PoissonFamily(), [0.3, 0.7]), counts, weights: weights)
        #expect(relativeError(try #require(poisson.meanDeviance), ofCounts / 6.5) < 1e-12)
        // A score of means: not that of the dispersion.
        let negativeBinomial = Self.scores(
            Self.model(NegativeBinomialFamily(), [0.3, 0.7], dispersion: 0.4), counts, weights: weights)
        #expect(negativeBinomial.meanDeviance == poisson.meanDeviance)
        let amounts = [0.4, 3, 1, 5]
        let ofAmounts = zip(zip(amounts, means), weights).reduce(0) { sum, row in
            let ((y, mean), weight) = row
            return sum + weight * 2 * ((y - mean) / mean - log(y / mean))
        }
        let gamma = Self.scores(Self.model(GammaFamily(), [0.3, 0.7], dispersion: 0.4), amounts, weights: weights)
        #expect(relativeError(try #require(gamma.meanDeviance), ofAmounts / 6.5) < 1e-12)
    }

    /// Twice the log-likelihood that the saturated model is ahead.
    @Test func isTwiceTheLogLikelihoodRatioOfCounts() throws {
        let model = Self.model(PoissonFamily(), [0.3, 0.7])
        let counts = [2.0, 3, 1, 5]
        let saturated = counts.reduce(0) { $0 + PoissonFamily().logDensity($1, [log($1)]) }
        let scores = Self.scores(model, counts)
        #expect(
            relativeError(try #require(scores.meanDeviance), 2 * (saturated - scores.logLikelihood) / 4) < 1e-10)
    }

    @Test func noneOfOtherFamilies() {
        #expect(Self.scores(Self.model(GaussianFamily(), [0.3, 0.7]), [1, 2, 3, 4]).meanDeviance == nil)
        let classes = MultinomialFamily(classes: ["a", "b"])
        #expect(Self.scores(Self.model(classes, [0.3, 0.7]), [0, 1, 1, 0]).meanDeviance == nil)
    }

    /// Finite, and 0 where the prediction is the response.
    @Test(arguments: [-690.0, -200, 0, 199]) func extremes(logMean: Double) throws {
        for family in [GammaFamily(), PoissonFamily()] as [any ExpertFamily] {
            let mean = family.mean([logMean])
            #expect(abs(try #require(family.unitDeviance(mean, mean: mean))) <= 1e-12 * max(1, mean))
            for other in [1e-300, 1, 1e100] {
                #expect(try #require(family.unitDeviance(other, mean: mean)).isFinite)
            }
        }
        #expect(PoissonFamily().unitDeviance(0, mean: 3) == 6)
    }
}
