import Foundation
import Numerics
import TestSupport
import Testing

/// Draws against distribution functions.
///
/// Seeds are fixed: what passes passes always.
@Suite struct RandomDistributionTests {
    private static let count = 50_000

    /// Greatest distance of the distribution functions.
    private func distance(_ values: [Double], _ cumulative: (Double) -> Double) -> Double {
        let sorted = values.sorted()
        var result = 0.0
        for (rank, value) in sorted.enumerated() where rank + 1 == sorted.count || sorted[rank + 1] > value {
            result = max(result, abs(cumulative(value) - Double(rank + 1) / Double(sorted.count)))
        }
        return result
    }

    /// Exceeded with probability below 1e-4 (Kolmogorov; less for counts).
    private let bound = 2.2 / Double(count).squareRoot()

    @Test(arguments: [0.01, 0.3, 1, 1.5, 20, 1e6]) func gamma(shape: Double) {
        var random = RandomNumbers(seed: 1)
        let values = (0..<Self.count).map { _ in random.gamma(shape: shape) }
        #expect(values.allSatisfy { $0 > 0 && $0.isFinite })
        #expect(distance(values) { SpecialFunctions.lowerGammaRatio(shape, $0) } < bound)
        let mean = values.reduce(0, +) / Double(Self.count)
        #expect(abs(mean - shape) < 4 * (shape / Double(Self.count)).squareRoot())
    }

    @Test(arguments: [0, 1e-3, 0.7, 9.99, 10, 35.5, 400, 1e6]) func poisson(mean: Double) {
        var random = RandomNumbers(seed: 2)
        let values = (0..<Self.count).map { _ in random.poisson(mean: mean) }
        #expect(values.allSatisfy { $0 >= 0 && $0 == $0.rounded() })
        #expect(distance(values) { SpecialFunctions.upperGammaRatio($0 + 1, mean) } < bound)
        let average = values.reduce(0, +) / Double(Self.count)
        #expect(abs(average - mean) <= 4 * (mean / Double(Self.count)).squareRoot())
    }

    /// The logarithm of the probability has lost no digit there.
    @Test func poissonOfAHugeMean() {
        var random = RandomNumbers(seed: 3)
        let scaled = (0..<Self.count).map { _ in (random.poisson(mean: 1e15) - 1e15) / 1e15.squareRoot() }
        #expect(distance(scaled, Scalar.normalDistribution) < bound)
    }

    @Test func theSeedDecides() {
        func draws(_ seed: UInt64) -> [Double] {
            var random = RandomNumbers(seed: seed)
            return (0..<20).flatMap { [random.gamma(shape: 0.2 + Double($0)), random.poisson(mean: 3 * Double($0))] }
        }
        #expect(draws(4) == draws(4))
        #expect(draws(4) != draws(5))
    }
}
