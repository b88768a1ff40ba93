import Foundation
import MixtureOfExperts
import Numerics

/// N(y; η, v) with v = 1 in the units of the fit, not estimated: the least that a family can be.
struct TrivialFamily: ClosedFormFamily {
    /// Whether the derivatives are kept from whoever asks: then there is no Newton step.
    var withoutDerivatives = false

    var name: String { "trivial" }
    var response: ResponseKind { .number }
    var hasDispersion: Bool { false }
    var standardisesResponses: Bool { true }

    // MARK: Density

    func logDensity(
        responses: UnsafePointer<Double>, predictors: LinearPredictors, dispersion: Double, count: Int,
        into result: UnsafeMutablePointer<Double>
    ) {
        for row in 0..<count {
            let residual = responses[row] - predictors[0][row]
            result[row] = -0.5 * (Scalar.logTwoPi + log(dispersion) + residual * residual / dispersion)
        }
    }

    // MARK: Derivatives

    func derivatives(
        responses: UnsafePointer<Double>, predictors: LinearPredictors, dispersion: Double, count: Int,
        into result: PredictorDerivatives
    ) {
        logDensity(
            responses: responses, predictors: predictors, dispersion: dispersion, count: count, into: result.logDensity)
        for row in 0..<count {
            result.first(0)[row] = withoutDerivatives ? .nan : (responses[row] - predictors[0][row]) / dispersion
            result.second(0, 0)[row] = -1 / dispersion
            result.dispersionFirst[row] = 0
            result.dispersionMixed[row] = 0
            result.dispersionSecond[row] = 0
        }
    }

    // MARK: Sufficient statistics

    var statisticCount: Int { 1 }

    func expectedStatistics(
        predictors: LinearPredictors, dispersion: Double, count: Int, into result: UnsafeMutablePointer<Double>,
        stride: Int
    ) { result.update(from: predictors[0], count: count) }

    func statistics(of response: Double) -> [Double] { [response] }

    func constantExpert(statistics: [Double]) -> Expert { Expert(coefficients: [statistics[0]], dispersion: 1) }

    func fit(_ moments: Moments, on covariates: [Int], dispersionFloor: Double) -> Expert {
        Expert(coefficients: moments.regression(on: covariates).coefficients, dispersion: 1)
    }

    func rescaled(_ expert: Expert, center: Double, scale: Double) -> Expert {
        var coefficients = expert.coefficients.map { scale * $0 }
        coefficients[0] += center
        return Expert(coefficients: coefficients, dispersion: scale * scale * expert.dispersion)
    }

    // MARK: Mean and variance

    func mean(_ predictors: [Double]) -> Double { predictors[0] }
    func variance(_ predictors: [Double], dispersion: Double) -> Double { dispersion }

    // MARK: Divergence

    func divergences(
        from: LinearPredictors, fromDispersion: Double, to: LinearPredictors, toDispersion: Double,
        count: Int, into result: UnsafeMutablePointer<Double>
    ) {
        for index in 0..<count {
            result[index] = 0.5 * (from[0][index] - to[0][index]) * (from[0][index] - to[0][index]) / toDispersion
        }
    }

    // MARK: Distribution

    func cumulativeProbability(_ response: Double, _ predictors: [Double], dispersion: Double) -> Double {
        Scalar.normalDistribution((response - predictors[0]) / dispersion.squareRoot())
    }

    // MARK: Sampling

    func sample(_ predictors: [Double], dispersion: Double, using random: inout RandomNumbers) -> Double {
        predictors[0] + dispersion.squareRoot() * random.normal()
    }
}
