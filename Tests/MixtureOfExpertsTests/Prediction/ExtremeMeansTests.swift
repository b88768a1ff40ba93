import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Positive numbers near the ends of the range of numbers.
@Suite struct ExtremeMeansTests {
    private static func distribution(shift: Double) -> ContinuousMixtureDistribution {
        ContinuousMixtureDistribution(
            FamilyMixture(
                GammaFamily(), weights: [0.3, 0.7], predictors: [[shift], [shift + 1.2]], dispersions: [0.5, 0.2]))
    }

    /// All that has a unit is that of a mean near 1 times the unit; probabilities are the same.
    ///
    /// Means stop at e^200.
    @Test(arguments: [-690.0, -500, -300, -50, 50, 190]) func followTheUnit(shift: Double) {
        let (base, moved) = (Self.distribution(shift: 0), Self.distribution(shift: shift))
        let unit = exp(shift)
        #expect(relativeError(moved.mean, unit * base.mean) < 1e-11)
        #expect(relativeError(moved.standardDeviation, unit * base.standardDeviation) < 1e-11)
        for level in [0.05, 0.5, 0.95] {
            #expect(relativeError(moved.quantile(level), unit * base.quantile(level)) < 1e-11)
        }
        for response in [0.2, 1, 4] {
            #expect(relativeError(moved.crps(unit * response), unit * base.crps(response)) < 1e-9)
            #expect(abs(moved.cumulativeProbability(unit * response) - base.cumulativeProbability(response)) < 1e-11)
            #expect(relativeError(moved.integratedCRPS(unit * response), unit * base.integratedCRPS(response)) < 1e-7)
        }
    }

    /// Beyond e^200 means are e^200, and everything is finite; so it is for responses far from the mean.
    @Test(arguments: [-5000.0, -745, -690, 0, 201, 690, 5000]) func everythingIsFinite(shift: Double) {
        let distribution = Self.distribution(shift: shift)
        #expect(shift < 200 || relativeError(distribution.mean, exp(200)) < 1e-12)
        for response in [1e-300, 1, 1e86, 1e100] {
            let score = distribution.score(response)
            #expect(score.crps.isFinite && score.crps >= 0)
            #expect((0...1).contains(score.upTo))
        }
        for level in [0.001, 0.5, 0.999] {
            let quantile = distribution.quantile(level)
            #expect(quantile.isFinite && quantile >= 0)
        }
        // Nothing of the distribution is left beside a response so far off.
        if shift < -400 { #expect(distribution.crps(1) == 1) }
    }

    // MARK: Quadrature

    /// A tolerance that is never met ends, and the integral is as good as the rules are.
    @Test func anIntegralEnds() {
        var evaluations = 0
        let value = AdaptiveQuadrature.integral(over: [0, 1], tolerance: 0) {
            evaluations += 1
            return sin(1 / max($0, 1e-3)) * abs($0 - 1.0 / 3).squareRoot()
        }
        #expect(evaluations <= 15 * 40_001)
        let expected = AdaptiveQuadrature.integral(over: [0, 1.0 / 3, 1], tolerance: 1e-10) {
            sin(1 / max($0, 1e-3)) * abs($0 - 1.0 / 3).squareRoot()
        }
        #expect(abs(value - expected) < 1e-4)
    }
}
