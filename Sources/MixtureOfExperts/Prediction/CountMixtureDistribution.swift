/// The predictive distribution of one row: a finite mixture of members of a family on 0, 1, 2, ….
package struct CountMixtureDistribution: PredictiveDistribution {
    /// Probability beyond the ends of an integral.
    private static let tail = 1e-14
    /// Of the deviation: what the two rules of an integral may differ by on an interval.
    private static let tolerance = 1e-7

    private let members: FamilyMixture

    /// - Parameter members: of a family with `.count` responses.
    package init(_ members: FamilyMixture) { self.members = members }

    package var mean: Double { members.mean }
    package var variance: Double { members.variance }

    package func cumulativeProbability(_ response: Double) -> Double {
        response < 0 ? 0 : members.cumulativeProbability(response.rounded(.down))
    }

    package func probabilityBelow(_ response: Double) -> Double { cumulativeProbability(response.rounded(.up) - 1) }

    /// The least count that the response does not exceed with probability `level`.
    package func quantile(_ level: Double) -> Double {
        if cumulativeProbability(0) >= level { return 0 }
        // F(low) < level ≤ F(high).
        var (low, high) = (0.0, max(1, mean.rounded(.up)))
        while cumulativeProbability(high) < level, high < 1e300 { (low, high) = (high, 2 * high) }
        while true {
            let middle = (0.5 * (low + high)).rounded(.down)
            if middle <= low || middle >= high { return high }
            if cumulativeProbability(middle) < level { low = middle } else { high = middle }
        }
    }

    /// Σ_k (F(k) - 1{y ≤ k})² over the counts between tails of probability 1e-14.
    ///
    /// What is left out, with components that hardly weigh, changes the score by less than 3e-7 standard deviations for
    /// any distribution with a variance, and by less than 3e-9 for one whose tails fall exponentially. Where a component
    /// is on more than 16,384 counts the sum is an integral, to 1e-6 of the deviation.
    package func crps(_ response: Double) -> Double {
        let kept = members.withoutNegligibleComponents()
        return CumulativeCounts(kept)?.crps(response) ?? integratedCRPS(kept, response)
    }

    package func score(_ response: Double) -> ResponseScore {
        let kept = members.withoutNegligibleComponents()
        let (lower, upper) = ResponseScore.levels
        guard let table = CumulativeCounts(kept) else {
            return ResponseScore(
                crps: integratedCRPS(kept, response), below: cumulativeProbability(response - 1),
                upTo: cumulativeProbability(response),
                intervalProbability: cumulativeProbability(quantile(upper)) - cumulativeProbability(quantile(lower) - 1)
            )
        }
        return ResponseScore(
            crps: table.crps(response), below: table.probability(upTo: response - 1),
            upTo: table.probability(upTo: response),
            intervalProbability: table.probability(upTo: table.quantile(upper))
                - table.probability(upTo: table.quantile(lower) - 1))
    }

    /// The first counts one by one, where much probability may be on 0 and 1; beyond them with F between the counts on straight lines,
    /// by the rule of midpoints: Σ_{k ≥ y} is the integral from y - ½.
    private func integratedCRPS(_ kept: FamilyMixture, _ response: Double) -> Double {
        let low = kept.end(-1) { $0 <= Self.tail }
        let first = low > 0 ? 0 : Self.countsOneByOne
        let sum = (0..<first).reduce(0.0) { sum, count in
            let probability = kept.cumulativeProbability(Double(count))
            let distance = Double(count) < response ? probability : 1 - probability
            return sum + distance * distance
        }
        let start = Double(first) - 0.5
        let integral = CRPSIntegral(
            from: max(start, low), to: max(start, kept.end(1) { $0 >= 1 - Self.tail }),
            breaks: kept.breaks, isPositive: false,
            tolerance: Self.tolerance * kept.variance.squareRoot()
        ) { value in
            let count = value.rounded(.down)
            let (low, high) = (kept.cumulativeProbability(count), kept.cumulativeProbability(count + 1))
            return low + (value - count) * (high - low)
        }
        return sum + integral.value(first > 0 ? max(start, response - 0.5) : response - 0.5)
    }

    private static let countsOneByOne = 256
}
