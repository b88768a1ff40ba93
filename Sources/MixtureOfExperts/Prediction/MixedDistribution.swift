/// The predictive distribution of one row where some experts have no parameters: a mixture of a distribution of the family, of values that
/// have a probability of their own, and of noise.
package struct MixedDistribution: PredictiveDistribution {
    typealias Part = (weight: Double, distribution: FixedDistribution)

    /// Of the experts with parameters together.
    let regressions: any PredictiveDistribution
    /// Their probability.
    let weight: Double
    let fixed: [Part]
    /// Whether responses are whole numbers.
    private let isCount: Bool

    /// - Parameters:
    ///   - weight: that of `regressions`; with those of `fixed` 1.
    ///   - isCount: whether quantiles are whole numbers.
    init(_ regressions: any PredictiveDistribution, weight: Double, fixed: [Part], isCount: Bool) {
        self.regressions = regressions
        self.weight = weight
        // Of several sites equal ones are one.
        self.fixed = fixed.reduce(into: [Part]()) { result, part in
            if let index = result.firstIndex(where: { $0.distribution == part.distribution }) {
                result[index].weight += part.weight
            } else {
                result.append(part)
            }
        }
        self.isCount = isCount
    }

    package var mean: Double {
        fixed.reduce(weight > 0 ? weight * regressions.mean : 0) { $0 + $1.weight * $1.distribution.mean }
    }

    /// By the law of total variance.
    package var variance: Double {
        let center = mean
        func part(_ mean: Double, _ variance: Double) -> Double { variance + (mean - center) * (mean - center) }
        let own = weight > 0 ? weight * part(regressions.mean, regressions.variance) : 0
        return fixed.reduce(own) { $0 + $1.weight * part($1.distribution.mean, $1.distribution.variance) }
    }

    package func cumulativeProbability(_ response: Double) -> Double {
        let own = weight > 0 ? weight * regressions.cumulativeProbability(response) : 0
        return min(fixed.reduce(own) { $0 + $1.weight * $1.distribution.cumulativeProbability(response) }, 1)
    }

    package func probabilityBelow(_ response: Double) -> Double {
        let own = weight > 0 ? weight * regressions.probabilityBelow(response) : 0
        return min(fixed.reduce(own) { $0 + $1.weight * $1.distribution.probabilityBelow(response) }, 1)
    }

    /// The quantile of a mixture is between those of its parts; at a value with a probability of its own the function jumps, and is looked at
    /// there first.
    package func quantile(_ level: Double) -> Double {
        let ends =
            (weight > 0 ? [regressions.quantile(level)] : [])
            + fixed.filter { $0.weight > 0 }.map { $0.distribution.quantile(level) }
        var (low, high) = (ends.min() ?? 0, ends.max() ?? 0)
        if cumulativeProbability(low) >= level { return low }
        for value in fixed.compactMap(\.distribution.value).sorted() where value > low && value < high {
            if cumulativeProbability(value) < level {
                low = value
            } else if probabilityBelow(value) < level {
                return value
            } else {
                high = value
                break
            }
        }
        return bisected(level, low, high)
    }

    /// F(low) < level ≤ F(high).
    private func bisected(_ level: Double, _ lowest: Double, _ highest: Double) -> Double {
        var (low, high) = (lowest, highest)
        for _ in 0..<2000 {
            let half = low + 0.5 * (high - low)
            let middle = isCount ? half.rounded(.down) : half
            if middle <= low || middle >= high { break }
            if cumulativeProbability(middle) < level { low = middle } else { high = middle }
        }
        return high
    }

    package func score(_ response: Double) -> ResponseScore {
        let (lower, upper) = ResponseScore.levels
        return ResponseScore(
            crps: crps(response), below: probabilityBelow(response), upTo: cumulativeProbability(response),
            intervalProbability: cumulativeProbability(quantile(upper)) - probabilityBelow(quantile(lower)))
    }
}
