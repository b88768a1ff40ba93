import Foundation
import Numerics

/// The dispersion α of a negative binomial that is the most likely one for what is expected at some points.
///
/// Of the counts Y at a point, mean m and E Y (Y - 1) are known, and they are taken for negative binomial themselves: exactly so where one
/// member of the family is behind a point. The derivative of Σ E log φ(Y | μ, α) by log α is
///
/// Σ E Σ_{j<Y} αj / (1 + αj) + Σ [μ (log(1 + αμ) / αμ - 1 / (1 + αμ)) - m αμ / (1 + αμ)],
///
/// and its first term ∫ e^{-t/α} K(t) dt / α with K(t) = Σ E Σ_{j<Y} (1 - e^-jt) = Σ m - (1 - E e^-tY) / (1 - e^-t). K does not depend on α: it is
/// summed over the points once.
struct ExpectedDispersion {
    private let masses: [Double]
    /// m, and the means μ of the expert.
    private let expected: [Double]
    private let means: [Double]
    /// Where K is no straight line yet, and its values at first · e^(h i).
    private let first: Double
    private let values: [Double]
    /// K(t) = line · t - square · t² before.
    private let line: Double
    private let square: Double
    /// Where the search begins.
    private let start: Double

    private static let step = DispersionDivergence.step
    /// K stands still beyond.
    private static let end = 40.0
    private static let largest = 1e6

    init(_ points: PointStatistics, _ predictors: UnsafePointer<Double>) {
        let kept = points.masses.indices.filter { points.masses[$0] > 0 && points.statistics[0][$0] > 0 }
        masses = kept.map { points.masses[$0] }
        expected = kept.map { points.statistics[0][$0] }
        means = kept.map { NegativeBinomialFamily.mean(predictors[$0]) }
        // 1 + α of each point.
        let ratios = kept.map { points.statistics[1][$0] / (points.statistics[0][$0] * points.statistics[0][$0]) }
        let first = 1e-4 / max(expected.max() ?? 1, 1)
        self.first = first
        var (line, square, excess, weight) = (0.0, 0.0, 0.0, 0.0)
        for index in masses.indices {
            let (own, mean, ratio) = (masses[index], expected[index], max(ratios[index], 0))
            line += 0.5 * own * ratio * mean * mean
            square += own * ratio * mean * mean * (0.25 + max(2 * ratio - 1, 1) * mean / 6)
            let shift = means[index] * means[index] - 2 * mean * means[index]
            let relative = own / (1 + means[index]) / (1 + means[index])
            excess += relative * (ratios[index] * mean * mean + mean - means[index] + shift)
            weight += relative * means[index] * means[index]
        }
        (self.line, self.square) = (line, square)
        start = weight > 0 ? excess / weight : 0
        values = Self.values(masses, expected, ratios, first: first)
    }

    private static func values(
        _ masses: [Double], _ expected: [Double], _ ratios: [Double], first: Double
    ) -> [Double] {
        guard !masses.isEmpty else { return [0] }
        let count = masses.count
        let dispersions = ratios.map { max($0 - 1, 0) }
        var (scaled, slopes) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
        return (0...Int((log(end / first) / step).rounded(.up))).map { node in
            let complement = -expm1(-first * exp(step * Double(node)))
            for index in 0..<count { scaled[index] = complement * expected[index] * dispersions[index] }
            NegativeBinomialFamily.logSlopes(scaled, times: 1, count: count, into: &slopes)
            for index in 0..<count { slopes[index] *= -complement * expected[index] }
            slopes.withUnsafeMutableBufferPointer {
                guard let powers = $0.baseAddress else { return }
                ElementaryFunctions.exponentials(powers, count: count, into: powers)
            }
            return (0..<count).reduce(0) { sum, index in
                // Counts that vary less than those of Poisson are taken for these, with as much less of Y (Y - 1).
                let share = max(0, min(ratios[index], 1))
                return sum + masses[index] * share * (expected[index] - (1 - slopes[index]) / complement)
            }
        }
    }

    /// By log α, on the sum.
    private func slope(_ dispersion: Double) -> Double {
        var result = 0.0
        let nodes = [1e-8, Self.end].map { log($0 * dispersion / first) / Self.step }
        for node in Int(nodes[0].rounded(.down))...Int(nodes[1].rounded(.up)) {
            let t = first * exp(Self.step * Double(node))
            let value = node < 0 ? (line - square * t) * t : values[min(node, values.count - 1)]
            result += Self.step * t / dispersion * exp(-t / dispersion) * value
        }
        var slopes = means
        NegativeBinomialFamily.logSlopes(means, times: dispersion, count: means.count, into: &slopes)
        for index in means.indices {
            let inverse = 1 / (1 + dispersion * means[index])
            let own = means[index] * (slopes[index] - inverse - dispersion * expected[index] * inverse)
            result += masses[index] * own
        }
        return result
    }

    /// Where the slope changes its sign, by false positions (Dowell & Jarratt 1971, BIT 11) about the estimate by moments.
    var maximum: Double {
        let least = NegativeBinomialFamily.leastDispersion
        var (low, high) = (log(least), log(Self.largest))
        var (lowSlope, highSlope) = (slope(least), slope(Self.largest))
        guard !masses.isEmpty, lowSlope > 0 else { return least }
        guard highSlope < 0 else { return Self.largest }
        func narrow(_ middle: Double) -> Double {
            let value = slope(exp(middle))
            if value > 0 { (low, lowSlope) = (middle, value) } else { (high, highSlope) = (middle, value) }
            return value
        }
        for guess in [0.6, 1.6] where start > 0 {
            let guess = log(guess * start)
            if guess > low, guess < high { _ = narrow(guess) }
        }
        for _ in 0..<100 where high - low > 1e-13 && highSlope < 0 {
            let middle = (low * highSlope - high * lowSlope) / (highSlope - lowSlope)
            guard middle > low, middle < high else { return exp(min(max(middle, low), high)) }
            let (before, after) = (lowSlope, highSlope)
            let value = narrow(middle)
            // The end that stays counts for less, or it would stay for good.
            if value > 0 { highSlope = after * max(1 - value / before, 0.5) }
            if value < 0 { lowSlope = before * max(1 - value / after, 0.5) }
        }
        return exp(0.5 * (low + high))
    }
}
