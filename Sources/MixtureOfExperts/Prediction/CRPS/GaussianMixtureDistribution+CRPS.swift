import Foundation
import Numerics

extension GaussianMixtureDistribution {
    /// Up to so many components the score is the closed form over all pairs.
    private static let fewComponents = 16
    /// What components that are left out may change, as a share of the spread of the distribution.
    private static let negligible = 1e-9

    /// Continuous ranked probability score E|Y - y| - ½ E|Y - Y'|, in closed form (Grimit et al.
    ///
    /// 2006, equation 5).
    ///
    /// With more than 16 components those that hardly weigh are left out, and the second term is an integral where that is
    /// cheaper than pairs: together they change the score by less than 3e-9 Σ_k w_k (|μ_k - μ| + σ_k).
    package func crps(_ y: Double) -> Double {
        guard weights.count > Self.fewComponents else {
            return crps(y, halfMeanDifference: pairs(with: weights.indices))
        }
        let kept = withoutNegligibleComponents()
        return kept.crps(y, halfMeanDifference: kept.halfMeanDifference)
    }

    private func crps(_ y: Double, halfMeanDifference: Double) -> Double {
        var score = -halfMeanDifference
        for index in weights.indices where weights[index] > 0 {
            score += weights[index] * Self.expectedDistance(y - means[index], deviations[index])
        }
        return score
    }

    /// E|Z| for Z ~ N(μ, σ²).
    static func expectedDistance(_ mean: Double, _ deviation: Double) -> Double {
        let z = mean / deviation
        return 2 * deviation * Scalar.normalDensity(z) + mean * (2 * Scalar.normalDistribution(z) - 1)
    }

    /// Without components of small w (|μ_k - μ| + σ_k + S), S the mean of |μ_k - μ| + σ_k.
    ///
    /// With F = (1 - ε) G + ε D the scores of F and G differ by at most 2 ∫|F - G| ≤ 2 ε (E_D|Y - μ| + E_G|Y - μ|).
    private func withoutNegligibleComponents() -> GaussianMixtureDistribution {
        let center = mean
        let distances = weights.indices.map { abs(means[$0] - center) + deviations[$0] }
        let spread = dot(weights, distances)
        let bound = Self.negligible * spread / Double(weights.count)
        // What cannot be compared is kept, so that it shows.
        let kept = weights.indices.filter { !(weights[$0] * (distances[$0] + spread) <= bound) }
        let total = kept.reduce(0) { $0 + weights[$1] }
        return GaussianMixtureDistribution(
            weights: kept.map { weights[$0] / total }, means: kept.map { means[$0] },
            deviations: kept.map { deviations[$0] })
    }

    // MARK: Mean difference

    /// ½ E|Y - Y'|: narrow components by pairs, the wide ones by an integral whose step the narrowest of them sets.
    private var halfMeanDifference: Double {
        let order = weights.indices.sorted { (deviations[$0], $0) < (deviations[$1], $1) }
        let ordered = GaussianMixtureDistribution(
            weights: order.map { weights[$0] }, means: order.map { means[$0] },
            deviations: order.map { deviations[$0] })
        let narrow = ordered.narrowCount
        return ordered.pairs(with: 0..<narrow) + ordered.integral(over: narrow..<weights.count)
    }

    /// ½ Σ w w' E|Y - Y'| over all pairs of which at least one is in `chosen`, the first components.
    private func pairs(with chosen: Range<Int>) -> Double {
        var sum = 0.0
        for first in chosen where weights[first] > 0 {
            let variance = deviations[first] * deviations[first]
            var own = 0.5 * weights[first] * Self.expectedDistance(0, (variance + variance).squareRoot())
            for second in first + 1..<max(weights.count, first + 1) where weights[second] > 0 {
                let deviation = (variance + deviations[second] * deviations[second]).squareRoot()
                own += weights[second] * Self.expectedDistance(means[first] - means[second], deviation)
            }
            sum += weights[first] * own
        }
        return sum
    }

    /// How many components, in ascending order of their deviations, to take by pairs, for the least work.
    private var narrowCount: Int {
        let count = weights.count
        var (best, least) = (count, 2 * Double(count * count) / 2)
        var (low, high, touched) = (Double.infinity, -Double.infinity, 0.0)
        for first in stride(from: count - 1, through: 0, by: -1) {
            let reach = Grid.reach * deviations[first]
            (low, high) = (min(low, means[first] - reach), max(high, means[first] + reach))
            touched += 2 * reach
            // A node costs a distribution function where a component rises, little elsewhere; a pair costs two.
            let nodes = (touched + 0.1 * (high - low)) / (Grid.step * deviations[first])
            let work = 2 * Double(first) * Double(count) + nodes
            if work < least { (best, least) = (first, work) }
        }
        return best
    }

    /// The nodes of the integral, in deviations.
    private enum Grid {
        /// Trapezoids with a step of h σ err by exp(-(π/h)²), since ∫ F (1 - F) is of a smooth function on the line.
        static let step = 0.65
        /// Beyond it a component's distribution function is 0 or 1.
        static let reach = 6.2
    }

    /// ∫ F (W - F) of some components, W their weight: half of their mean difference.
    private func integral(over chosen: Range<Int>) -> Double {
        guard !chosen.isEmpty else { return 0 }
        let step = Grid.step * deviations[chosen.lowerBound]
        let low = chosen.reduce(Double.infinity) { min($0, means[$1] - Grid.reach * deviations[$1]) }
        let high = chosen.reduce(-Double.infinity) { max($0, means[$1] + Grid.reach * deviations[$1]) }
        let count = Int((high - low) / step) + 2
        /// F of the components that rise at the node, and the weight of those that have risen by then.
        var rising = [Double](repeating: 0, count: count)
        var risen = [Double](repeating: 0, count: count)
        for index in chosen {
            let reach = Grid.reach * deviations[index]
            let first = max(Int((means[index] - reach - low) / step), 0)
            let last = min(Int((means[index] + reach - low) / step) + 1, count - 1)
            let (scale, weight) = (step / deviations[index], weights[index])
            let start = (low - means[index]) / deviations[index]
            for node in first..<last {
                rising[node] += weight * Scalar.normalDistribution(start + Double(node) * scale)
            }
            risen[last] += weight
        }
        let total = chosen.reduce(0) { $0 + weights[$1] }
        var (sum, full) = (0.0, 0.0)
        for node in 0..<count {
            full += risen[node]
            let probability = full + rising[node]
            sum += probability * (total - probability)
        }
        return sum * step
    }
}
