import Foundation
import Numerics

/// Series in normalised Hermite polynomials h_k of a standard normal variable: with f = Σ a_k h_k and g = Σ b_k h_k the covariance of
/// f(z) and g(z') is Σ a_k b_k ρ^k where z and z' have the correlation ρ.
package struct HermiteSeries: Sendable {
    package static let terms = 12
    private static let cells = 200
    private static let farthest = 6.0
    private static let pointsInCell = 2
    private static let largest = 0.999

    static let grid = HermiteSeries()

    /// Φ(z) and 1 - Φ(z) of the points, ascending.
    private let levels: [(below: Double, above: Double)]
    /// E[h_k] over each cell; [term][cell].
    private let weights: [[Double]]

    private init() {
        let width = 2 * Self.farthest / Double(Self.cells)
        levels = (0..<Self.cells * Self.pointsInCell).map { index in
            let z = -Self.farthest + (Double(index) + 0.5) * width / Double(Self.pointsInCell)
            return (Scalar.normalDistribution(z), Scalar.normalDistribution(-z))
        }
        let edges = (0...Self.cells).map { Self.ofStep(at: -Self.farthest + Double($0) * width) }
        weights = (0..<Self.terms).map { term in
            (0..<Self.cells).map { cell in
                // What lies beyond the grid belongs to the outermost cells.
                let low = cell > 0 ? edges[cell][term] : 0
                let high = cell < Self.cells - 1 ? edges[cell + 1][term] : 0
                return low - high
            }
        }
    }

    /// Of a function that is 0 up to z = t and 1 above: φ(t) h_{k-1}(t) / √k.
    package static func ofStep(at t: Double) -> [Double] {
        let density = Scalar.normalDensity(t)
        var (before, current) = (0.0, 1.0)
        return (1...terms).map { k in
            let coefficient = density * current / Double(k).squareRoot()
            // √k h_k = t h_{k-1} - √(k-1) h_{k-2}
            let next = (t * current - Double(k - 1).squareRoot() * before) / Double(k).squareRoot()
            (before, current) = (current, next)
            return coefficient
        }
    }

    func coefficients(of quantiles: BinnedQuantiles) -> [Double] {
        var values = [Double](repeating: 0, count: Self.cells)
        var bin = 0
        for (index, level) in levels.enumerated() {
            bin = quantiles.bin(of: level.below, from: bin)
            values[index / Self.pointsInCell] +=
                quantiles.value(bin: bin, below: level.below, above: level.above) / Double(Self.pointsInCell)
        }
        return weights.map { dot($0, values) }
    }

    /// The ρ where Σ products_k ρ^k, which ascends, is `target`; the bound that is nearer where there is none.
    package static func root(_ products: [Double], _ target: Double) -> Double {
        func value(_ rho: Double) -> (value: Double, slope: Double) {
            var (value, slope) = (0.0, 0.0)
            for product in products.reversed() {
                slope = slope * rho + value
                value = value * rho + product
            }
            // The series begins with ρ: value is Σ p_k ρ^(k-1).
            return (value * rho - target, value + slope * rho)
        }
        guard target != 0, products[0] > 0 else { return 0 }
        var (low, high) = target > 0 ? (0, largest) : (-largest, 0)
        if value(high).value <= 0 { return high }
        if value(low).value >= 0 { return low }
        var rho = target / products[0]
        for _ in 0..<50 {
            if !(rho > low && rho < high) { rho = 0.5 * (low + high) }
            let (error, slope) = value(rho)
            if error > 0 { high = rho } else { low = rho }
            let next = slope > 0 ? rho - error / slope : .nan
            if abs(next - rho) < 1e-10 { return next }
            rho = next
        }
        return rho
    }

    /// The ρ where P(z > t, z' > u) - P(z > t) P(z' > u) = ∫₀^ρ φ₂(t, u; r) dr, by r = sin θ, is `target`; the bound that is nearer where
    /// there is none.
    package static func tetrachoric(_ t: Double, _ u: Double, _ target: Double) -> Double {
        let limit = asin(largest)
        func density(_ angle: Double) -> Double {
            let (sine, cosine) = (sin(angle), cos(angle))
            return exp(-(t * t - 2 * t * u * sine + u * u) / (2 * cosine * cosine)) / (2 * .pi)
        }
        func integral(_ angle: Double) -> Double {
            // Gauss–Legendre with 8 points.
            zip(legendreNodes, legendreWeights).reduce(0) { sum, point in
                sum + point.1 * (density(0.5 * angle * (1 - point.0)) + density(0.5 * angle * (1 + point.0)))
            } * 0.5 * angle
        }
        guard target != 0 else { return 0 }
        let bound = target > 0 ? limit : -limit
        if abs(integral(bound)) <= abs(target) { return sin(bound) }
        var (low, high) = target > 0 ? (0, limit) : (-limit, 0)
        var angle = 0.5 * bound
        for _ in 0..<60 {
            let error = integral(angle) - target
            if error > 0 { high = angle } else { low = angle }
            var next = angle - error / density(angle)
            if !(next > low && next < high) { next = 0.5 * (low + high) }
            if abs(next - angle) < 1e-10 { break }
            angle = next
        }
        return sin(angle)
    }

    private static let legendreNodes = [
        0.1834346424956498, 0.5255324099163290, 0.7966664774136267, 0.9602898564975363,
    ]
    private static let legendreWeights = [
        0.3626837833783620, 0.3137066458778873, 0.2223810344533745, 0.1012285362903763,
    ]
}
