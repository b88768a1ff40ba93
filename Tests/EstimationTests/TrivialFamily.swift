import Foundation
import LinearAlgebra
import MixtureOfExperts

/// N(y; η, v) with v = 1 in the units of the fit, not estimated: the least that a family can be.
struct TrivialFamily: ExpertFamily {
    /// Whether the derivatives are kept from whoever asks: then there is no Newton step.
    var withoutDerivatives = false

    var name: String { "trivial" }
    var hasDispersion: Bool { false }

    // MARK: Density

    func logDensity(
        responses: UnsafePointer<Double>, predictors: UnsafePointer<Double>, dispersion: Double, count: Int,
        into result: UnsafeMutablePointer<Double>
    ) {
        for row in 0..<count {
            let residual = responses[row] - predictors[row]
            result[row] = -0.5 * (Scalar.logTwoPi + log(dispersion) + residual * residual / dispersion)
        }
    }

    // MARK: Derivatives

    func derivatives(
        responses: UnsafePointer<Double>, predictors: UnsafePointer<Double>, dispersion: Double, count: Int,
        into result: PredictorDerivatives
    ) {
        for row in 0..<count {
            result.first[row] = withoutDerivatives ? .nan : (responses[row] - predictors[row]) / dispersion
            result.second[row] = -1 / dispersion
            result.dispersionFirst[row] = 0
            result.dispersionMixed[row] = 0
            result.dispersionSecond[row] = 0
        }
    }

    // MARK: Weighted fit

    func fit(_ moments: Moments, on covariates: [Int], dispersionFloor: Double) -> Expert {
        Expert(coefficients: moments.regression(on: covariates).coefficients, dispersion: 1)
    }

    func rescaled(_ expert: Expert, center: Double, scale: Double) -> Expert {
        var coefficients = expert.coefficients.map { scale * $0 }
        coefficients[0] += center
        return Expert(coefficients: coefficients, dispersion: scale * scale * expert.dispersion)
    }

    // MARK: Mean and variance

    func mean(predictor: Double) -> Double { predictor }
    func variance(predictor: Double, dispersion: Double) -> Double { dispersion }

    // MARK: Divergence

    func divergences(
        from: UnsafePointer<Double>, fromDispersion: Double, to: UnsafePointer<Double>, toDispersion: Double,
        count: Int, into result: UnsafeMutablePointer<Double>
    ) {
        for index in 0..<count {
            result[index] = 0.5 * (from[index] - to[index]) * (from[index] - to[index]) / toDispersion
        }
    }

    func barycentreDispersion(meanDispersion: Double, meanSquaredDifference: Double) -> Double { meanDispersion }

    // MARK: Distribution

    func cumulativeProbability(_ response: Double, predictor: Double, dispersion: Double) -> Double {
        Scalar.normalDistribution((response - predictor) / dispersion.squareRoot())
    }

    // MARK: Sampling

    func sample(predictor: Double, dispersion: Double, using random: inout RandomNumbers) -> Double {
        predictor + dispersion.squareRoot() * random.normal()
    }
}
