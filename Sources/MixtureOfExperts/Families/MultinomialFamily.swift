import Foundation
import Numerics

/// One of C classes, coded 0 … C - 1, by a multinomial logit: P(Y = c) ∝ e^η_c with η_0 = 0 of the first class, the reference.
///
/// Two classes are a logistic regression.
package struct MultinomialFamily: ExpertFamily {
    package let classes: [String]

    /// - Parameter classes: two or more, the reference first.
    package init(classes: [String]) {
        precondition(classes.count >= 2, "a multinomial family has two classes or more")
        self.classes = classes
    }

    package var name: String { "multinomial" }
    package var response: ResponseKind { .classes(classes) }
    package var predictorCount: Int { classes.count - 1 }
    package var hasDispersion: Bool { false }

    /// The share of a class that no row shows.
    private static let leastShare = 1e-8

    /// log Σ e^η of all classes.
    ///
    /// The largest predictor is taken out first: with it nothing overflows, and log φ ≥ -2 max|η| - log C.
    private func logSums(_ predictors: LinearPredictors, count: Int, into result: UnsafeMutablePointer<Double>) {
        ElementaryFunctions.referenceSoftmax(
            predictors.values, stride: predictors.stride, count: predictorCount, rows: count, logSums: result)
    }

    /// Calls `body` with probabilities [class][row], `count` apart, and log Σ e^η.
    private func withProbabilities(
        _ predictors: LinearPredictors, count: Int,
        _ body: (_ probabilities: UnsafePointer<Double>, _ logSums: UnsafePointer<Double>) -> Void
    ) {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: max((classes.count + 1) * count, 1)) { memory in
            let values = memory.baseAddress!
            let logSums = values + classes.count * count
            ElementaryFunctions.referenceSoftmax(
                predictors.values, stride: predictors.stride, count: predictorCount, rows: count,
                probabilities: values, probabilityStride: count, logSums: logSums)
            body(values, logSums)
        }
    }

    /// P(Y = c | η), the reference first.
    package func probabilities(_ predictors: [Double]) -> [Double] {
        var result = [0] + predictors
        Scalar.softmax(&result)
        return result
    }

    // MARK: Density

    package func logDensity(
        responses: UnsafePointer<Double>, predictors: LinearPredictors, dispersion: Double, count: Int,
        into result: UnsafeMutablePointer<Double>
    ) {
        ElementaryFunctions.multinomial(
            responses, predictors.values, stride: predictors.stride, count: predictorCount, rows: count,
            logDensity: result)
    }

    // MARK: Derivatives

    package func derivatives(
        responses: UnsafePointer<Double>, predictors: LinearPredictors, dispersion: Double, count: Int,
        into result: PredictorDerivatives
    ) {
        ElementaryFunctions.multinomial(
            responses, predictors.values, stride: predictors.stride, count: predictorCount, rows: count,
            logDensity: result.logDensity, firsts: result.first(0), seconds: result.second(0, 0),
            derivativeStride: result.stride)
    }

    // MARK: Sufficient statistics

    /// Indicators of all classes: the share of the reference in the others' would lose its digits where it is small.
    package var statisticCount: Int { classes.count }

    package func expectedStatistics(
        predictors: LinearPredictors, dispersion: Double, count: Int, into result: UnsafeMutablePointer<Double>,
        stride: Int
    ) {
        ElementaryFunctions.referenceSoftmax(
            predictors.values, stride: predictors.stride, count: predictorCount, rows: count, probabilities: result,
            probabilityStride: stride)
    }

    package func statistics(of response: Double) -> [Double] {
        classes.indices.map { Double($0) == response ? 1 : 0 }
    }

    package func constantExpert(statistics: [Double]) -> Expert {
        let shares = statistics.map { max($0, Self.leastShare) }
        return Expert(coefficients: shares.dropFirst().map { log($0 / shares[0]) }, dispersion: 1)
    }

    package func representatives(statistics: [Double]) -> [(response: Double, share: Double)] {
        statistics.enumerated().map { (Double($0), $1) }
    }

    // MARK: Mean and variance

    package func mean(_ predictors: [Double]) -> Double {
        probabilities(predictors).enumerated().reduce(0) { $0 + Double($1.offset) * $1.element }
    }

    package func variance(_ predictors: [Double], dispersion: Double) -> Double {
        let mean = mean(predictors)
        return probabilities(predictors).enumerated().reduce(0) { sum, share in
            let difference = Double(share.offset) - mean
            return sum + share.element * difference * difference
        }
    }

    // MARK: Divergence

    /// Σ p_a (η_a - η'_a) - log Σ e^η + log Σ e^η'.
    package func divergences(
        from: LinearPredictors, fromDispersion: Double, to: LinearPredictors, toDispersion: Double,
        count: Int, into result: UnsafeMutablePointer<Double>
    ) {
        logSums(to, count: count, into: result)
        withProbabilities(from, count: count) { probabilities, logSums in
            for row in 0..<count { result[row] -= logSums[row] }
            for index in 0..<predictorCount {
                let (from, to, own) = (from[index], to[index], probabilities + (index + 1) * count)
                for row in 0..<count { result[row] += own[row] * (from[row] - to[row]) }
            }
        }
        // Rounding may leave equals a little below 0.
        for row in 0..<count { result[row] = max(0, result[row]) }
    }

    // MARK: Distribution

    package func cumulativeProbability(_ response: Double, _ predictors: [Double], dispersion: Double) -> Double {
        min(
            1,
            probabilities(predictors).enumerated().reduce(0) { $0 + (Double($1.offset) <= response ? $1.element : 0) })
    }

    // MARK: Sampling

    package func sample(_ predictors: [Double], dispersion: Double, using random: inout RandomNumbers) -> Double {
        Double(random.index(weights: probabilities(predictors)))
    }
}
