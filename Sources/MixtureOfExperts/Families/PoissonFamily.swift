import Foundation
import Numerics

/// Counts with mean μ = e^η; the offset of an exposure is in η already.
///
/// No dispersion.
package struct PoissonFamily: ExpertFamily {
    package init() {}

    package var name: String { "poisson" }
    package var response: ResponseKind { .count }
    package var hasDispersion: Bool { false }

    /// Means stop growing at e^200: they, their squares and sums of those over any rows stay finite, and posteriors with them.
    ///
    /// No model of use comes near. Downwards e^η runs out to 0, and log φ is finite of itself.
    private static let largestPredictor = 200.0

    /// The intercept for a mean of 0 is that of this mean.
    private static let leastMean = 1e-8

    private static func means(
        _ predictors: UnsafePointer<Double>, count: Int, into result: UnsafeMutablePointer<Double>
    ) {
        for row in 0..<count { result[row] = min(predictors[row], largestPredictor) }
        ElementaryFunctions.exponentials(result, count: count, into: result)
    }

    private static func mean(_ predictors: [Double]) -> Double { exp(min(predictors[0], largestPredictor)) }

    // MARK: Density

    package func logDensity(
        responses: UnsafePointer<Double>, predictors: LinearPredictors, dispersion: Double, count: Int,
        into result: UnsafeMutablePointer<Double>
    ) {
        Self.means(predictors[0], count: count, into: result)
        Self.logDensity(responses, predictors[0], means: result, count: count, into: result)
    }

    /// `result` may be `means`.
    private static func logDensity(
        _ responses: UnsafePointer<Double>, _ predictors: UnsafePointer<Double>, means: UnsafePointer<Double>,
        count: Int, into result: UnsafeMutablePointer<Double>
    ) {
        LogFactorials.withTable { table in
            for row in 0..<count {
                result[row] = responses[row] * predictors[row] - means[row] - LogFactorials.value(responses[row], table)
            }
        }
    }

    // MARK: Derivatives

    package func derivatives(
        responses: UnsafePointer<Double>, predictors: LinearPredictors, dispersion: Double, count: Int,
        into result: PredictorDerivatives
    ) {
        let (first, second) = (result.first(0), result.second(0, 0))
        Self.means(predictors[0], count: count, into: second)
        Self.logDensity(responses, predictors[0], means: second, count: count, into: result.logDensity)
        for row in 0..<count {
            first[row] = responses[row] - second[row]
            second[row] = -second[row]
        }
    }

    // MARK: Sufficient statistics

    package var statisticCount: Int { 1 }

    package func expectedStatistics(
        predictors: LinearPredictors, dispersion: Double, count: Int, into result: UnsafeMutablePointer<Double>,
        stride: Int
    ) {
        Self.means(predictors[0], count: count, into: result)
    }

    package func statistics(of response: Double) -> [Double] { [response] }

    package func constantExpert(statistics: [Double]) -> Expert {
        Expert(coefficients: [log(max(statistics[0], Self.leastMean))], dispersion: 1)
    }

    // MARK: Mean and variance

    package func mean(_ predictors: [Double]) -> Double { Self.mean(predictors) }
    package func variance(_ predictors: [Double], dispersion: Double) -> Double { Self.mean(predictors) }

    /// 2 (y log(y / μ) - y + μ).
    package func unitDeviance(_ response: Double, mean: Double) -> Double? {
        guard response > 0 else { return 2 * mean }
        return 2 * max(0, response * (log(response) - log(max(mean, .leastNormalMagnitude))) - (response - mean))
    }

    // MARK: Divergence

    /// μ (η - η') - μ + μ'.
    package func divergences(
        from: LinearPredictors, fromDispersion: Double, to: LinearPredictors, toDispersion: Double,
        count: Int, into result: UnsafeMutablePointer<Double>
    ) {
        let (from, to) = (from[0], to[0])
        withUnsafeTemporaryAllocation(of: Double.self, capacity: max(count, 1)) { means in
            let means = means.baseAddress!
            Self.means(from, count: count, into: means)
            Self.means(to, count: count, into: result)
            for row in 0..<count {
                let difference = min(from[row], Self.largestPredictor) - min(to[row], Self.largestPredictor)
                // Rounding may leave equals a little below 0.
                result[row] = max(0, result[row] - means[row] + means[row] * difference)
            }
        }
    }

    // MARK: Distribution

    package func cumulativeProbability(_ response: Double, _ predictors: [Double], dispersion: Double) -> Double {
        response < 0 ? 0 : SpecialFunctions.upperGammaRatio(response.rounded(.down) + 1, Self.mean(predictors))
    }

    // MARK: Sampling

    package func sample(_ predictors: [Double], dispersion: Double, using random: inout RandomNumbers) -> Double {
        random.poisson(mean: Self.mean(predictors))
    }
}
