import Foundation
import Numerics

/// Counts with mean μ = e^η and variance μ + α μ², α the dispersion: the negative binomial distribution of kind 2 (Cameron & Trivedi 2013,
/// Regression Analysis of Count Data, section 3.3); the offset of an exposure is in η already.
///
/// Everything is written with x = αμ and S(y) = log Π_{j<y} (1 + αj) = log Γ(y + 1/α) - log Γ(1/α) + y log α:
/// log φ = S(y) + y (η - log(1 + x)) - μ log(1 + x) / x - log y!. All of it is finite as α goes to 0, where it is Poisson; the textbook's
/// difference of log gamma functions loses log10(1/α) digits there.
///
/// At a given dispersion the family is exponential; with it, it is not: the dispersion of some experts is found by what is expected of
/// log φ, see ``dispersion(for:predictors:)``.
package struct NegativeBinomialFamily: ExpertFamily {
    package init() {}

    package var name: String { "negative-binomial" }
    package var response: ResponseKind { .count }
    package var hasDispersion: Bool { true }
    package var isExponential: Bool { false }
    package var isCanonical: Bool { false }

    /// Means stop growing at e^150: squares of them are among the statistics, and sums of those over any rows stay finite.
    static let largestPredictor = 150.0

    /// The intercept for a mean of 0 is that of this mean.
    private static let leastMean = 1e-8

    static func mean(_ predictor: Double) -> Double { exp(min(predictor, largestPredictor)) }

    static func means(_ predictors: UnsafePointer<Double>, count: Int, into result: UnsafeMutablePointer<Double>) {
        for row in 0..<count { result[row] = min(predictors[row], largestPredictor) }
        ElementaryFunctions.exponentials(result, count: count, into: result)
    }

    /// log(1 + x) / x for x = factor · value; 1 at 0.
    ///
    /// The rounding of 1 + x cancels in the quotient (Higham 2002, Accuracy and Stability, section 1.14.1).
    static func logSlopes(
        _ values: UnsafePointer<Double>, times factor: Double, count: Int, into result: UnsafeMutablePointer<Double>
    ) {
        for row in 0..<count { result[row] = 1 + factor * values[row] }
        ElementaryFunctions.logarithms(result, count: count, into: result)
        for row in 0..<count {
            let rounded = (1 + factor * values[row]) - 1
            result[row] = rounded > 0 ? result[row] / rounded : 1
        }
    }

    /// 1 - e^-x of values x ≥ 0, with its digits near 0; `result` may be `values`.
    static func complements(
        _ values: UnsafePointer<Double>, count: Int, into result: UnsafeMutablePointer<Double>
    ) {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: max(count, 1)) { powers in
            let powers = powers.baseAddress!
            for row in 0..<count { powers[row] = -values[row] }
            ElementaryFunctions.exponentials(powers, count: count, into: powers)
            for row in 0..<count {
                let x = values[row]
                let series = x * (1 - x / 2 * (1 - x / 3 * (1 - x / 4 * (1 - x / 5 * (1 - x / 6)))))
                result[row] = x < 0.01 ? series : 1 - powers[row]
            }
        }
    }

    // MARK: Dispersion

    package var limit: (any ExpertFamily)? { PoissonFamily() }

    /// From here on log φ is that of Poisson to 1e-8 (y - μ)².
    static let leastDispersion = 1e-8

    /// Nothing grows without bound: `floor` is for families where something does.
    package func dispersionFloor(_ floor: Double) -> Double { Self.leastDispersion }

    /// Scores (y - μ) / (1 + αμ) weigh rows by the dispersion: each site's are taken at its own.
    package func unitDispersion(_ dispersion: Double) -> Double { dispersion }

    /// Twice the information on α of normal responses with this variance; that of counts is between once and twice it.
    package func dispersionWeight(mean: Double, dispersion: Double) -> Double {
        let relative = mean / (1 + dispersion * mean)
        return relative * relative
    }

    // MARK: Density

    package func logDensity(
        responses: UnsafePointer<Double>, predictors: LinearPredictors, dispersion: Double, count: Int,
        into result: UnsafeMutablePointer<Double>
    ) {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: max(count, 1)) { slopes in
            let slopes = slopes.baseAddress!
            Self.means(predictors[0], count: count, into: result)
            Self.logSlopes(result, times: dispersion, count: count, into: slopes)
            let largest = RisingProduct.largest(responses, count)
            RisingProduct.withTable(dispersion, upTo: largest, derivatives: false) { products in
                Self.logDensity(
                    responses, predictors[0], dispersion, means: result, slopes: slopes, products, count: count,
                    into: result)
            }
        }
    }

    /// `result` may be `means`.
    private static func logDensity(
        _ responses: UnsafePointer<Double>, _ predictors: UnsafePointer<Double>, _ dispersion: Double,
        means: UnsafePointer<Double>, slopes: UnsafePointer<Double>, _ products: RisingProduct, count: Int,
        into result: UnsafeMutablePointer<Double>
    ) {
        LogFactorials.withTable { table in
            for row in 0..<count {
                let (response, scaled) = (responses[row], means[row] * slopes[row])
                result[row] =
                    products.value(response) + response * (min(predictors[row], largestPredictor) - dispersion * scaled)
                    - scaled - LogFactorials.value(response, table)
            }
        }
    }

    // MARK: Derivatives

    package func derivatives(
        responses: UnsafePointer<Double>, predictors: LinearPredictors, dispersion: Double, count: Int,
        into result: PredictorDerivatives
    ) {
        let (means, slopes) = (result.second(0, 0), result.first(0))
        Self.means(predictors[0], count: count, into: means)
        Self.logSlopes(means, times: dispersion, count: count, into: slopes)
        let largest = RisingProduct.largest(responses, count)
        RisingProduct.withTable(dispersion, upTo: largest, derivatives: true) { products in
            Self.logDensity(
                responses, predictors[0], dispersion, means: means, slopes: slopes, products, count: count,
                into: result.logDensity)
            for row in 0..<count {
                let (response, mean) = (responses[row], means[row])
                let inverse = 1 / (1 + dispersion * mean)
                let share = dispersion * mean * inverse
                // μ (log(1 + x) / x - 1 / (1 + x))
                let gap = mean * (slopes[row] - inverse)
                let score = (response - mean) * inverse
                let (first, second) = products.derivatives(response)
                result.first(0)[row] = score
                result.second(0, 0)[row] = -(1 + dispersion * response) * mean * inverse * inverse
                result.dispersionFirst[row] = first + gap - response * share
                result.dispersionMixed[row] = -score * share
                result.dispersionSecond[row] = second - gap + mean * share * inverse - response * share * inverse
            }
        }
    }

    // MARK: Sufficient statistics

    /// y, and y (y - 1) for the dispersion: (1 + α) μ² is expected of it.
    package var statisticCount: Int { 2 }

    package func expectedStatistics(
        predictors: LinearPredictors, dispersion: Double, count: Int, into result: UnsafeMutablePointer<Double>,
        stride: Int
    ) {
        Self.means(predictors[0], count: count, into: result)
        for row in 0..<count { result[stride + row] = (1 + dispersion) * result[row] * result[row] }
    }

    package func statistics(of response: Double) -> [Double] { [response, response * (response - 1)] }

    package func constantExpert(statistics: [Double]) -> Expert {
        let mean = max(statistics[0], Self.leastMean)
        return Expert(
            coefficients: [log(mean)], dispersion: max(statistics[1] / (mean * mean) - 1, Self.leastDispersion))
    }

    package func dispersion(for points: PointStatistics, predictors: LinearPredictors) -> Double {
        ExpectedDispersion(points, predictors[0]).maximum
    }

    // MARK: Mean and variance

    package func mean(_ predictors: [Double]) -> Double { Self.mean(predictors[0]) }

    package func variance(_ predictors: [Double], dispersion: Double) -> Double {
        let mean = Self.mean(predictors[0])
        return mean + dispersion * mean * mean
    }

    /// That of Poisson, which is a score of means whatever the distribution is: scores of counts are comparable.
    package func unitDeviance(_ response: Double, mean: Double) -> Double? {
        PoissonFamily().unitDeviance(response, mean: mean)
    }

    // MARK: Divergence

    package func divergences(
        from: LinearPredictors, fromDispersion: Double, to: LinearPredictors, toDispersion: Double,
        count: Int, into result: UnsafeMutablePointer<Double>
    ) {
        NegativeBinomialDivergence(from: fromDispersion, to: toDispersion, isTabulated: false)
            .write(from: from, to: to, count: count, into: result)
    }

    package func preparedDivergence(from: Double, to: Double) -> (any PreparedDivergence)? {
        NegativeBinomialDivergence(from: from, to: to, isTabulated: true)
    }

    // MARK: Distribution

    /// Below the least dispersion of a fit the beta function's arguments lose their digits, and the distribution is Poisson.
    package func cumulativeProbability(_ response: Double, _ predictors: [Double], dispersion: Double) -> Double {
        guard response >= 0 else { return 0 }
        guard dispersion >= 0.1 * Self.leastDispersion else {
            return PoissonFamily().cumulativeProbability(response, predictors, dispersion: 1)
        }
        let x = dispersion * Self.mean(predictors[0])
        return SpecialFunctions.betaRatio(
            1 / dispersion, response.rounded(.down) + 1, 1 / (1 + x), complement: x / (1 + x))
    }

    // MARK: Sampling

    /// Poisson with a mean that is gamma distributed.
    package func sample(_ predictors: [Double], dispersion: Double, using random: inout RandomNumbers) -> Double {
        let mean = Self.mean(predictors[0])
        guard dispersion > Self.leastDispersion else { return random.poisson(mean: mean) }
        return random.poisson(mean: mean * dispersion * random.gamma(shape: 1 / dispersion))
    }
}
