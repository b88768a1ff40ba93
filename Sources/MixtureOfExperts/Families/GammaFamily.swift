import Foundation
import Numerics

/// Positive numbers with mean μ = e^η and variance dispersion · μ²; the shape is ν = 1 / dispersion.
///
/// Everything is written with r = log y - η and the gap f(r) = e^r - 1 - r ≥ 0: log φ = -log y + c(ν) - ν f(r) with
/// c(ν) = ν log ν - ν - log Γ(ν). The textbook's form takes ν log ν from log Γ(ν), and loses all digits where the dispersion is
/// small.
package struct GammaFamily: ExpertFamily {
    package init() {}

    package var name: String { "gamma" }
    package var response: ResponseKind { .positiveNumber }
    package var hasDispersion: Bool { true }
    package var isCanonical: Bool { false }

    /// e^r and μ stop growing at e^200: they, their squares and sums of those over any rows stay finite.
    ///
    /// Downwards f grows like |r|, and all is finite of itself.
    private static let largestExponent = 200.0

    /// Responses below, which are those of lanes without a row, count as this.
    private static let leastResponse = Double.leastNormalMagnitude

    private static func means(
        _ predictors: UnsafePointer<Double>, count: Int, into result: UnsafeMutablePointer<Double>
    ) {
        for row in 0..<count { result[row] = min(predictors[row], largestExponent) }
        ElementaryFunctions.exponentials(result, count: count, into: result)
    }

    private static func mean(_ predictors: [Double]) -> Double { exp(min(predictors[0], largestExponent)) }

    /// log y into `logarithms`, e^r into `ratios`.
    private static func ratios(
        _ responses: UnsafePointer<Double>, _ predictors: UnsafePointer<Double>, count: Int,
        logarithms: UnsafeMutablePointer<Double>, into ratios: UnsafeMutablePointer<Double>
    ) {
        for row in 0..<count { logarithms[row] = max(responses[row], leastResponse) }
        ElementaryFunctions.logarithms(logarithms, count: count, into: logarithms)
        for row in 0..<count { ratios[row] = min(logarithms[row] - predictors[row], largestExponent) }
        ElementaryFunctions.exponentials(ratios, count: count, into: ratios)
    }

    /// c(ν), by Stirling's formula.
    private static func logNormaliser(shape: Double) -> Double {
        0.5 * (log(shape) - Scalar.logTwoPi) - SpecialFunctions.stirlingError(shape)
    }

    // MARK: Density

    package func logDensity(
        responses: UnsafePointer<Double>, predictors: LinearPredictors, dispersion: Double, count: Int,
        into result: UnsafeMutablePointer<Double>
    ) {
        let (predictors, shape) = (predictors[0], 1 / dispersion)
        let constant = Self.logNormaliser(shape: shape)
        withUnsafeTemporaryAllocation(of: Double.self, capacity: max(count, 1)) { logarithms in
            let logarithms = logarithms.baseAddress!
            Self.ratios(responses, predictors, count: count, logarithms: logarithms, into: result)
            for row in 0..<count {
                let gap = result[row] - 1 - (logarithms[row] - predictors[row])
                result[row] = constant - logarithms[row] - shape * gap
            }
        }
    }

    // MARK: Derivatives

    package func derivatives(
        responses: UnsafePointer<Double>, predictors: LinearPredictors, dispersion: Double, count: Int,
        into result: PredictorDerivatives
    ) {
        let (predictors, shape) = (predictors[0], 1 / dispersion)
        let (first, second) = (result.first(0), result.second(0, 0))
        let constant = Self.logNormaliser(shape: shape)
        // With t = log ν = -s: ∂c/∂t = ν (log ν - ψ(ν)), and the same once more.
        let slope = shape * SpecialFunctions.logMinusDigamma(shape)
        let curvature = slope + shape - shape * shape * SpecialFunctions.trigamma(shape)
        withUnsafeTemporaryAllocation(of: Double.self, capacity: max(count, 1)) { logarithms in
            let logarithms = logarithms.baseAddress!
            Self.ratios(responses, predictors, count: count, logarithms: logarithms, into: second)
            for row in 0..<count {
                let scaledGap = shape * (second[row] - 1 - (logarithms[row] - predictors[row]))
                result.logDensity[row] = constant - logarithms[row] - scaledGap
                let score = shape * (second[row] - 1)
                first[row] = score
                second[row] *= -shape
                result.dispersionFirst[row] = scaledGap - slope
                result.dispersionMixed[row] = -score
                result.dispersionSecond[row] = curvature - scaledGap
            }
        }
    }

    // MARK: Sufficient statistics

    /// y and log y.
    package var statisticCount: Int { 2 }

    package func expectedStatistics(
        predictors: LinearPredictors, dispersion: Double, count: Int, into result: UnsafeMutablePointer<Double>,
        stride: Int
    ) {
        let predictors = predictors[0]
        let gap = SpecialFunctions.logMinusDigamma(1 / dispersion)
        Self.means(predictors, count: count, into: result)
        for row in 0..<count { result[stride + row] = min(predictors[row], Self.largestExponent) - gap }
    }

    package func statistics(of response: Double) -> [Double] {
        [response, log(max(response, Self.leastResponse))]
    }

    package func constantExpert(statistics: [Double]) -> Expert {
        let logMean = log(max(statistics[0], Self.leastResponse))
        return Expert(coefficients: [logMean], dispersion: Self.dispersion(meanGap: logMean - statistics[1]))
    }

    /// The mean of f(r) decides.
    package func dispersion(for points: PointStatistics, predictors: LinearPredictors) -> Double {
        var (sum, mass) = (0.0, 0.0)
        for (point, weight) in points.masses.enumerated() {
            let predictor = predictors[0][point]
            let ratio = points.statistics[0][point] * exp(-predictor)
            sum += weight * (ratio - 1 - (points.statistics[1][point] - predictor))
            mass += weight
        }
        return mass > 0 ? Self.dispersion(meanGap: sum / mass) : 1
    }

    /// 1 / ν with log ν - ψ(ν) = gap, by Newton steps in log ν from the approximation of Minka (Estimating a gamma distribution, 2002).
    private static func dispersion(meanGap: Double) -> Double {
        // Below, the gap is rounding of log y.
        let gap = max(meanGap, 1e-13)
        var shape = (3 - gap + ((gap - 3) * (gap - 3) + 24 * gap).squareRoot()) / (12 * gap)
        for _ in 0..<20 {
            let slope = 1 - shape * SpecialFunctions.trigamma(shape)
            let step = (SpecialFunctions.logMinusDigamma(shape) - gap) / slope
            shape *= exp(-step)
            if abs(step) < 1e-14 { break }
        }
        return 1 / shape
    }

    // MARK: Mean and variance

    package func mean(_ predictors: [Double]) -> Double { Self.mean(predictors) }

    package func variance(_ predictors: [Double], dispersion: Double) -> Double {
        let mean = Self.mean(predictors)
        return dispersion * mean * mean
    }

    /// 2 f(r).
    package func unitDeviance(_ response: Double, mean: Double) -> Double? {
        let r = min(log(max(response, Self.leastResponse)) - log(max(mean, Self.leastResponse)), Self.largestExponent)
        return 2 * max(0, expm1(r) - r)
    }

    // MARK: Divergence

    /// c(ν) - c(ν') + (ν' - ν) (log ν - ψ(ν)) + ν' f(η - η').
    package func divergences(
        from: LinearPredictors, fromDispersion: Double, to: LinearPredictors, toDispersion: Double,
        count: Int, into result: UnsafeMutablePointer<Double>
    ) {
        let (from, to) = (from[0], to[0])
        let (fromShape, toShape) = (1 / fromDispersion, 1 / toDispersion)
        let constant =
            Self.logNormaliser(shape: fromShape) - Self.logNormaliser(shape: toShape)
            + (toShape - fromShape) * SpecialFunctions.logMinusDigamma(fromShape)
        for row in 0..<count { result[row] = min(from[row] - to[row], Self.largestExponent) }
        ElementaryFunctions.exponentials(result, count: count, into: result)
        for row in 0..<count {
            let gap = result[row] - 1 - min(from[row] - to[row], Self.largestExponent)
            // Rounding may leave equals a little below 0.
            result[row] = max(0, constant + toShape * gap)
        }
    }

    // MARK: Distribution

    package func cumulativeProbability(_ response: Double, _ predictors: [Double], dispersion: Double) -> Double {
        response <= 0
            ? 0 : SpecialFunctions.lowerGammaRatio(1 / dispersion, response / Self.mean(predictors) / dispersion)
    }

    // MARK: Sampling

    package func sample(_ predictors: [Double], dispersion: Double, using random: inout RandomNumbers) -> Double {
        Self.mean(predictors) * dispersion * random.gamma(shape: 1 / dispersion)
    }
}
