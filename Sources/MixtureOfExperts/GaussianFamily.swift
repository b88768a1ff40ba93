import Foundation
import LinearAlgebra

/// N(y; η, σ²); the dispersion is the variance σ².
public struct GaussianFamily: ExpertFamily {
    public init() {}

    public var name: String { "gaussian" }
    public var hasDispersion: Bool { true }

    // MARK: Density

    public func logDensity(
        responses: UnsafePointer<Double>, predictors: UnsafePointer<Double>, dispersion: Double, count: Int,
        into result: UnsafeMutablePointer<Double>
    ) {
        let constant = -0.5 * (Scalar.logTwoPi + log(dispersion))
        let scale = -0.5 / dispersion
        for row in 0..<count {
            let residual = responses[row] - predictors[row]
            result[row] = constant + scale * residual * residual
        }
    }

    // MARK: Derivatives

    public func derivatives(
        responses: UnsafePointer<Double>, predictors: UnsafePointer<Double>, dispersion: Double, count: Int,
        into result: PredictorDerivatives
    ) {
        let precision = 1 / dispersion
        for row in 0..<count {
            let residual = responses[row] - predictors[row]
            let scaled = residual * precision
            result.first[row] = scaled
            result.second[row] = -precision
            result.dispersionFirst[row] = 0.5 * (residual * scaled - 1)
            result.dispersionMixed[row] = -scaled
            result.dispersionSecond[row] = -0.5 * residual * scaled
        }
    }

    // MARK: Weighted fit

    public func fit(_ moments: Moments, on covariates: [Int], dispersionFloor: Double) -> Expert {
        let (coefficients, variance) = moments.regression(on: covariates)
        return Expert(coefficients: coefficients, dispersion: max(variance, dispersionFloor))
    }

    public func rescaled(_ expert: Expert, center: Double, scale: Double) -> Expert {
        var coefficients = expert.coefficients.map { scale * $0 }
        coefficients[0] += center
        return Expert(coefficients: coefficients, dispersion: scale * scale * expert.dispersion)
    }

    // MARK: Mean and variance

    public func mean(predictor: Double) -> Double { predictor }
    public func variance(predictor: Double, dispersion: Double) -> Double { dispersion }

    public func means(predictors: UnsafePointer<Double>, count: Int, into result: UnsafeMutablePointer<Double>) {
        result.update(from: predictors, count: count)
    }

    // MARK: Divergence

    public func divergences(
        from: UnsafePointer<Double>, fromDispersion: Double, to: UnsafePointer<Double>, toDispersion: Double,
        count: Int, into result: UnsafeMutablePointer<Double>
    ) {
        let ratio = fromDispersion / toDispersion
        let constant = 0.5 * (ratio - 1 - log(ratio))
        let scale = 0.5 / toDispersion
        for index in 0..<count {
            let difference = from[index] - to[index]
            result[index] = constant + scale * difference * difference
        }
    }

    public func barycentreDispersion(meanDispersion: Double, meanSquaredDifference: Double) -> Double {
        meanDispersion + meanSquaredDifference
    }

    // MARK: Distribution

    public func cumulativeProbability(_ response: Double, predictor: Double, dispersion: Double) -> Double {
        Scalar.normalDistribution((response - predictor) / dispersion.squareRoot())
    }

    // MARK: Sampling

    public func sample(predictor: Double, dispersion: Double, using random: inout RandomNumbers) -> Double {
        predictor + dispersion.squareRoot() * random.normal()
    }
}
