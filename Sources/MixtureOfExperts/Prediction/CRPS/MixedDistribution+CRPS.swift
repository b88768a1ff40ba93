import Numerics

extension MixedDistribution {
    /// Standard deviations beyond which a distribution has no more probability that matters.
    private static let reach = 1e5
    /// Of the deviation, of an integral over the range of noise.
    private static let tolerance = 1e-9

    /// E|Y - y| - ½ E|Y - Y'| (Gneiting & Raftery 2007, equation 21), part by part.
    ///
    /// Of the distribution of the family E|B - y| is its own CRPS and ½ E|B - B'|, which is what the CRPS of a far response lacks to its
    /// distance from the mean.
    package func crps(_ response: Double) -> Double {
        let distances = Distances(regressions, isNeeded: weight > 0)
        var score = weight > 0 ? weight * distances.to(response) - weight * weight * distances.halfSpread : 0
        for (index, part) in fixed.enumerated() where part.weight > 0 {
            score += part.weight * part.distribution.expectedDistance(to: response)
            if weight > 0 { score -= weight * part.weight * distances.to(part.distribution) }
            for other in fixed[...index] {
                let factor = other.distribution == part.distribution ? 0.5 : 1
                score -=
                    factor * part.weight * other.weight * part.distribution.expectedDistance(to: other.distribution)
            }
        }
        return max(score, 0)
    }

    /// Expected distances from a distribution.
    private struct Distances {
        let distribution: any PredictiveDistribution
        /// Half of E|B - B'|.
        let halfSpread: Double

        init(_ distribution: any PredictiveDistribution, isNeeded: Bool) {
            self.distribution = distribution
            guard isNeeded else {
                halfSpread = 0
                return
            }
            let mean = distribution.mean
            let far = mean + MixedDistribution.reach * distribution.standardDeviation
            halfSpread = max(far - mean - distribution.crps(far), 0)
        }

        func to(_ response: Double) -> Double { distribution.crps(response) + halfSpread }

        func to(_ fixed: FixedDistribution) -> Double {
            guard case .noise(let low, let high) = fixed else { return to(fixed.mean) }
            let cuts = [0.001, 0.5, 0.999].map(distribution.quantile).filter { $0 > low && $0 < high }
            let tolerance = MixedDistribution.tolerance * distribution.standardDeviation * (high - low)
            return AdaptiveQuadrature.integral(over: [low] + cuts + [high], tolerance: tolerance) { to($0) }
                / (high - low)
        }
    }
}

extension FixedDistribution {
    /// The mean of |X - y|.
    func expectedDistance(to response: Double) -> Double {
        guard case .noise(let low, let high) = self, response > low, response < high else {
            return abs(mean - response)
        }
        let (below, above) = (response - low, high - response)
        return (below * below + above * above) / (2 * (high - low))
    }

    /// E|X - X'| of two independent ones, at most one of them noise unless they are the same.
    func expectedDistance(to other: FixedDistribution) -> Double {
        switch (self, other) {
        case (_, .pointMass(let value)): expectedDistance(to: value)
        case (.pointMass(let value), _): other.expectedDistance(to: value)
        case (.noise(let low, let high), _): (high - low) / 3
        }
    }
}
