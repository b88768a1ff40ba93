import Foundation
import Numerics

/// N(y; η, σ²); the dispersion is the variance σ².
package struct GaussianFamily: ClosedFormFamily {
    package init() {}

    package var name: String { "gaussian" }
    package var response: ResponseKind { .number }
    package var hasDispersion: Bool { true }
    package var standardisesResponses: Bool { true }

    // MARK: Density

    package func logDensity(
        responses: UnsafePointer<Double>, predictors: LinearPredictors, dispersion: Double, count: Int,
        into result: UnsafeMutablePointer<Double>
    ) {
        let constant = -0.5 * (Scalar.logTwoPi + log(dispersion))
        let scale = -0.5 / dispersion
        let predictors = predictors[0]
        for row in 0..<count {
            let residual = responses[row] - predictors[row]
            result[row] = constant + scale * residual * residual
        }
    }

    // MARK: Derivatives

    package func derivatives(
        responses: UnsafePointer<Double>, predictors: LinearPredictors, dispersion: Double, count: Int,
        into result: PredictorDerivatives
    ) {
        logDensity(
            responses: responses, predictors: predictors, dispersion: dispersion, count: count, into: result.logDensity)
        let precision = 1 / dispersion
        let (predictors, first, second) = (predictors[0], result.first(0), result.second(0, 0))
        for row in 0..<count {
            let residual = responses[row] - predictors[row]
            let scaled = residual * precision
            first[row] = scaled
            second[row] = -precision
            result.dispersionFirst[row] = 0.5 * (residual * scaled - 1)
            result.dispersionMixed[row] = -scaled
            result.dispersionSecond[row] = -0.5 * residual * scaled
        }
    }

    // MARK: Sufficient statistics

    /// η, η² and σ²: η² + σ² in one number would lose σ² where it is small.
    package var statisticCount: Int { 3 }

    package func expectedStatistics(
        predictors: LinearPredictors, dispersion: Double, count: Int, into result: UnsafeMutablePointer<Double>,
        stride: Int
    ) {
        let predictors = predictors[0]
        for row in 0..<count {
            result[row] = predictors[row]
            result[stride + row] = predictors[row] * predictors[row]
            result[2 * stride + row] = dispersion
        }
    }

    package func statistics(of response: Double) -> [Double] { [response, response * response, 0] }

    package func constantExpert(statistics: [Double]) -> Expert {
        Expert(
            coefficients: [statistics[0]],
            dispersion: max(0, statistics[1] - statistics[0] * statistics[0]) + statistics[2])
    }

    /// The mean of σ² + Var(mean) + (mean - η)².
    package func dispersion(for points: PointStatistics, predictors: LinearPredictors) -> Double {
        let (mean, square, own) = (points.statistics[0], points.statistics[1], points.statistics[2])
        var (dispersion, spread, residual, mass) = (0.0, 0.0, 0.0, 0.0)
        for (point, weight) in points.masses.enumerated() {
            let difference = mean[point] - predictors[0][point]
            dispersion += weight * own[point]
            spread += weight * max(0, square[point] - mean[point] * mean[point])
            residual += weight * difference * difference
            mass += weight
        }
        return mass > 0 ? (dispersion + spread + residual) / mass : 1
    }

    package func fit(_ moments: Moments, on covariates: [Int], dispersionFloor: Double) -> Expert {
        let (coefficients, variance) = moments.regression(on: covariates)
        return Expert(coefficients: coefficients, dispersion: max(variance, dispersionFloor))
    }

    package func rescaled(_ expert: Expert, center: Double, scale: Double) -> Expert {
        var coefficients = expert.coefficients.map { scale * $0 }
        coefficients[0] += center
        return Expert(coefficients: coefficients, dispersion: scale * scale * expert.dispersion)
    }

    // MARK: Mean and variance

    package func mean(_ predictors: [Double]) -> Double { predictors[0] }
    package func variance(_ predictors: [Double], dispersion: Double) -> Double { dispersion }

    // MARK: Divergence

    package func divergences(
        from: LinearPredictors, fromDispersion: Double, to: LinearPredictors, toDispersion: Double,
        count: Int, into result: UnsafeMutablePointer<Double>
    ) {
        let ratio = fromDispersion / toDispersion
        let constant = 0.5 * (ratio - 1 - log(ratio))
        let scale = 0.5 / toDispersion
        let (from, to) = (from[0], to[0])
        for index in 0..<count {
            let difference = from[index] - to[index]
            result[index] = constant + scale * difference * difference
        }
    }

    // MARK: Distribution

    package func cumulativeProbability(_ response: Double, _ predictors: [Double], dispersion: Double) -> Double {
        Scalar.normalDistribution((response - predictors[0]) / dispersion.squareRoot())
    }

    // MARK: Sampling

    package func sample(_ predictors: [Double], dispersion: Double, using random: inout RandomNumbers) -> Double {
        predictors[0] + dispersion.squareRoot() * random.normal()
    }
}
