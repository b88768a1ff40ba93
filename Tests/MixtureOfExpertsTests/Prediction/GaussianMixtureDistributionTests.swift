import Foundation
import MixtureOfExperts
import Numerics
import Testing

@Suite struct GaussianMixtureDistributionTests {
    static let mixtures = [
        GaussianMixtureDistribution(weights: [1], means: [0], deviations: [1]),
        GaussianMixtureDistribution(weights: [1], means: [-3], deviations: [0.25]),
        GaussianMixtureDistribution(weights: [0.3, 0.7], means: [-2, 1], deviations: [0.5, 1.5]),
        GaussianMixtureDistribution(weights: [0.2, 0, 0.8], means: [-8, 100, 8], deviations: [0.3, 1, 2]),
    ]

    /// Simpson's rule with an even number of steps.
    private func integral(_ lower: Double, _ upper: Double, steps: Int = 4000, _ f: (Double) -> Double) -> Double {
        let step = (upper - lower) / Double(steps)
        let inner = (1..<steps).reduce(0) { $0 + ($1.isMultiple(of: 2) ? 2 : 4) * f(lower + Double($1) * step) }
        return (f(lower) + inner + f(upper)) * step / 3
    }

    private func bounds(_ mixture: GaussianMixtureDistribution) -> (lower: Double, upper: Double) {
        let used = mixture.weights.indices.filter { mixture.weights[$0] > 0 }
        let lower = used.map { mixture.means[$0] - 12 * mixture.deviations[$0] }.min() ?? 0
        let upper = used.map { mixture.means[$0] + 12 * mixture.deviations[$0] }.max() ?? 0
        return (lower, upper)
    }

    @Test func crpsOfTheStandardNormalAtItsMean() {
        let known = 2 / (2 * Double.pi).squareRoot() - 1 / Double.pi.squareRoot()
        #expect(abs(Self.mixtures[0].crps(0) - known) < 1e-15)
    }

    @Test(arguments: mixtures, [-9.0, -3, 0, 0.4, 7])
    func crpsIsTheIntegralOfTheSquaredDifference(_ mixture: GaussianMixtureDistribution, _ y: Double) {
        let (low, high) = bounds(mixture)
        let lower = min(low, y)
        let upper = max(high, y)
        // Cut at y, where the integrand jumps.
        let expected =
            integral(lower, y) { pow(mixture.cumulativeProbability($0), 2) }
            + integral(y, upper) { pow(mixture.cumulativeProbability($0) - 1, 2) }
        #expect(abs(mixture.crps(y) - expected) < 1e-8 * max(1, expected))
    }

    // MARK: Many components

    /// Deviations from 1 to `ratio`, weights over four orders of magnitude, and a component far away that hardly weighs.
    private static func many(_ count: Int, ratio: Double, seed: UInt64) -> GaussianMixtureDistribution {
        var random = RandomNumbers(seed: seed)
        var weights = (0..<count).map { _ in exp(-9 * random.uniform()) }
        weights[0] = 1e-20
        let total = weights.reduce(0, +)
        var means = (0..<count).map { _ in 5 * random.normal() }
        means[0] = 1e6
        return GaussianMixtureDistribution(
            weights: weights.map { $0 / total }, means: means,
            deviations: (0..<count).map { _ in exp(log(ratio) * random.uniform()) })
    }

    /// E|Y - y| - ½ E|Y - Y'| over all pairs.
    private func pairwise(_ mixture: GaussianMixtureDistribution, _ y: Double) -> Double {
        func distance(_ mean: Double, _ deviation: Double) -> Double {
            let z = mean / deviation
            return 2 * deviation * Scalar.normalDensity(z) + mean * (2 * Scalar.normalDistribution(z) - 1)
        }
        return mixture.weights.indices.reduce(0) { sum, i in
            let inner = mixture.weights.indices.reduce(0) { inner, j in
                inner + mixture.weights[j]
                    * distance(
                        mixture.means[i] - mixture.means[j], hypot(mixture.deviations[i], mixture.deviations[j]))
            }
            return sum + mixture.weights[i] * (distance(y - mixture.means[i], mixture.deviations[i]) - 0.5 * inner)
        }
    }

    @Test(arguments: [17, 60, 400], [1, 3, 1e4] as [Double])
    func crpsOfManyIsThatOfAllPairs(_ count: Int, _ ratio: Double) {
        for seed in 1...3 as ClosedRange<UInt64> {
            let mixture = Self.many(count, ratio: ratio, seed: seed)
            let spread = mixture.weights.indices.reduce(0) {
                $0 + mixture.weights[$1] * (abs(mixture.means[$1] - mixture.mean) + mixture.deviations[$1])
            }
            for y in [-9, 0.3, 40] {
                #expect(abs(mixture.crps(y) - pairwise(mixture, y)) < 3e-9 * spread)
            }
        }
    }

    /// Neither a component in parts nor components of no weight are another distribution.
    @Test(arguments: mixtures, [-9.0, 0.4, 7]) func partsOfAComponent(
        _ mixture: GaussianMixtureDistribution, _ y: Double
    ) {
        let copies = 30
        func copied(_ values: [Double]) -> [Double] { values.flatMap { [Double](repeating: $0, count: copies) } }
        let parts = GaussianMixtureDistribution(
            weights: copied(mixture.weights).map { $0 / Double(copies) }, means: copied(mixture.means),
            deviations: copied(mixture.deviations))
        #expect(abs(parts.crps(y) - mixture.crps(y)) < 1e-9)
    }

    @Test(arguments: mixtures)
    func meanAndTotalVarianceAreThoseOfTheDensity(_ mixture: GaussianMixtureDistribution) {
        let (lower, upper) = bounds(mixture)
        func density(_ y: Double) -> Double {
            mixture.weights.indices.reduce(0) { sum, index in
                let deviation = mixture.deviations[index]
                return sum + mixture.weights[index]
                    * Scalar.normalDensity((y - mixture.means[index]) / deviation) / deviation
            }
        }
        let mean = integral(lower, upper) { $0 * density($0) }
        let variance = integral(lower, upper) { pow($0 - mean, 2) * density($0) }
        #expect(abs(mixture.mean - mean) < 1e-8)
        #expect(abs(mixture.variance - variance) < 1e-7 * variance)
    }

    @Test func totalVarianceByHand() {
        let mixture = GaussianMixtureDistribution(weights: [0.25, 0.75], means: [4, 0], deviations: [2, 1])
        #expect(mixture.mean == 1)
        // Within: ¼·4 + ¾·1; between: ¼·9 + ¾·1.
        #expect(mixture.variance == 4.75)
    }

    @Test(arguments: mixtures, [1e-9, 0.001, 0.05, 0.3, 0.5, 0.9, 0.999])
    func quantileInvertsTheDistributionFunction(_ mixture: GaussianMixtureDistribution, _ level: Double) {
        let quantile = mixture.quantile(level)
        #expect(abs(mixture.cumulativeProbability(quantile) - level) < 1e-12)
        // No smaller value will do.
        #expect(mixture.cumulativeProbability(quantile - 1e-9 * max(1, abs(quantile))) <= level)
    }

    @Test func quantilesRiseWithTheLevel() {
        let mixture = Self.mixtures[3]
        let quantiles = stride(from: 0.01, through: 0.99, by: 0.01).map(mixture.quantile)
        #expect(zip(quantiles, quantiles.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test func knownQuantiles() {
        #expect(abs(Self.mixtures[0].quantile(0.975) - 1.959963984540054) < 1e-12)
        #expect(abs(Self.mixtures[0].quantile(0.5)) < 1e-12)
    }
}
