import Foundation

/// Scalar functions whose naive formula loses digits or overflows.
package enum Scalar {
    package static let logTwoPi = 1.8378770664093454835606594728112353

    /// log Σ exp(v): the largest term is taken out, since exp alone overflows above 709 and underflows below -745.
    package static func logSumExp(_ values: some Collection<Double>) -> Double {
        guard let largest = values.max(), largest > -.infinity else { return -.infinity }
        return largest + log(values.reduce(0) { $0 + exp($1 - largest) })
    }

    /// Replaces the values v by exp(v) / Σ exp(v); returns log Σ exp(v).
    @discardableResult
    package static func softmax(_ values: inout [Double]) -> Double {
        let logSum = logSumExp(values)
        for index in values.indices { values[index] = exp(values[index] - logSum) }
        return logSum
    }

    /// The standard normal distribution function, by `erfc` so that the lower tail keeps its digits.
    package static func normalDistribution(_ z: Double) -> Double { 0.5 * erfc(-z * 0.70710678118654752440) }

    /// The standard normal density.
    package static func normalDensity(_ z: Double) -> Double { exp(-0.5 * z * z - 0.5 * logTwoPi) }

    /// The quantile of the standard normal distribution: bisection between bounds that hold every probability in double
    /// precision, then Newton's method; for the lower tail, whose distribution function keeps its digits.
    ///
    /// - Parameter probability: between 0 and 1.
    package static func normalQuantile(_ probability: Double) -> Double {
        precondition(probability > 0 && probability < 1, "a probability between 0 and 1")
        if probability > 0.5 { return -normalQuantile(1 - probability) }
        var (low, high) = (-39.0, 0.0)
        for _ in 0..<20 {
            let middle = 0.5 * (low + high)
            if normalDistribution(middle) < probability { low = middle } else { high = middle }
        }
        var z = 0.5 * (low + high)
        for _ in 0..<4 {
            let density = normalDensity(z)
            if density > 0 { z -= (normalDistribution(z) - probability) / density }
        }
        return z
    }
}
