import Foundation
import Numerics

/// The predictive distribution of one row: a finite mixture of normal distributions.
package struct GaussianMixtureDistribution: PredictiveDistribution {
    package let weights: [Double]
    package let means: [Double]
    package let deviations: [Double]

    /// - Parameter weights: nonnegative, sum to 1.
    package init(weights: [Double], means: [Double], deviations: [Double]) {
        self.weights = weights
        self.means = means
        self.deviations = deviations
    }

    package var mean: Double { dot(weights, means) }

    /// By the law of total variance.
    package var variance: Double {
        let center = mean
        return weights.indices.reduce(0) { sum, index in
            let difference = means[index] - center
            return sum + weights[index] * (deviations[index] * deviations[index] + difference * difference)
        }
    }

    package func cumulativeProbability(_ y: Double) -> Double {
        weights.indices.reduce(0) {
            $0 + weights[$1] * Scalar.normalDistribution((y - means[$1]) / deviations[$1])
        }
    }

    /// The value that the response does not exceed with probability `level`, by bisection to the last bits: densities
    /// between modes can vanish, where Newton steps run away.
    package func quantile(_ level: Double) -> Double {
        var low = weights.indices.map { means[$0] - 40 * deviations[$0] }.min() ?? 0
        var high = weights.indices.map { means[$0] + 40 * deviations[$0] }.max() ?? 0
        for _ in 0..<200 {
            let middle = 0.5 * (low + high)
            if middle <= low || middle >= high { break }
            if cumulativeProbability(middle) < level { low = middle } else { high = middle }
        }
        return 0.5 * (low + high)
    }
}
