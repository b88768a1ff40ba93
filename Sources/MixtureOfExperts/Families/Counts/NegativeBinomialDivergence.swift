import Foundation
import Numerics

/// KL between negative binomials, from one mean to another at the target's dispersion α',
/// (μ + 1/α') log((1 + α'μ') / (1 + α'μ)) + μ (η - η'), and from one dispersion to the other at the mean μ.
///
/// log φ(y | η, α') - log φ(y | η', α') is linear in y, so that the two parts add up.
struct NegativeBinomialDivergence: PreparedDivergence {
    private let ofDispersions: DispersionDivergence
    private let dispersion: Double
    /// log KL(μ, α ‖ μ, α') at log μ = first + step · i; empty where it is not tabulated, or 0.
    private let logarithms: [Double]

    private static let first = -6.0
    private static let step = 0.25
    private static let intervals = 64

    init(from source: Double, to target: Double, isTabulated: Bool) {
        ofDispersions = DispersionDivergence(from: source, to: target)
        dispersion = target
        guard isTabulated, source != target else {
            logarithms = []
            return
        }
        // One more on either side, for cubic interpolation.
        let means = (-1...Self.intervals + 1).map { exp(Self.first + Self.step * Double($0)) }
        var values = means
        ofDispersions.write(means, count: means.count, into: &values)
        logarithms = values.map { log(max($0, .leastNormalMagnitude)) }
    }

    func write(
        from: LinearPredictors, to: LinearPredictors, count: Int, into result: UnsafeMutablePointer<Double>
    ) {
        let (from, to, largest) = (from[0], to[0], NegativeBinomialFamily.largestPredictor)
        withUnsafeTemporaryAllocation(of: Double.self, capacity: max(4 * count, 1)) { memory in
            let (means, slopes) = (memory.baseAddress!, memory.baseAddress! + count)
            let (others, otherSlopes) = (slopes + count, slopes + 2 * count)
            NegativeBinomialFamily.means(from, count: count, into: means)
            NegativeBinomialFamily.means(to, count: count, into: others)
            NegativeBinomialFamily.logSlopes(means, times: dispersion, count: count, into: slopes)
            NegativeBinomialFamily.logSlopes(others, times: dispersion, count: count, into: otherSlopes)
            if logarithms.isEmpty {
                ofDispersions.write(means, count: count, into: result)
            } else {
                interpolate(from, means, count: count, into: result)
            }
            for row in 0..<count {
                let difference = min(from[row], largest) - min(to[row], largest)
                let (own, other) = (means[row] * slopes[row], others[row] * otherSlopes[row])
                let ofMeans = means[row] * (difference - dispersion * (own - other)) - (own - other)
                // Rounding may leave equals a little below 0.
                result[row] += max(0, ofMeans)
            }
        }
    }

    /// Below the table it goes like μ², as it does at its first places.
    private func interpolate(
        _ predictors: UnsafePointer<Double>, _ means: UnsafePointer<Double>, count: Int,
        into result: UnsafeMutablePointer<Double>
    ) {
        let end = Double(Self.intervals)
        logarithms.withUnsafeBufferPointer { table in
            for row in 0..<count {
                let place = (predictors[row] - Self.first) / Self.step
                let inside = min(max(place, 0), end)
                let index = min(Int(inside), Self.intervals - 1)
                let t = inside - Double(index)
                let (a, b, c, d) = (table[index], table[index + 1], table[index + 2], table[index + 3])
                // Lagrange's polynomial through places -1, 0, 1, 2.
                let cubic =
                    b + t * (c - b) + t * (t - 1) / 6 * ((t + 1) * (d - 3 * c + 3 * b - a) + 3 * (c - 2 * b + a))
                result[row] = cubic + (place < 0 ? 2 * Self.step * place : 0)
            }
        }
        ElementaryFunctions.exponentials(result, count: count, into: result)
        for row in 0..<count where (predictors[row] - Self.first) / Self.step > end {
            ofDispersions.write(means + row, count: 1, into: result + row)
        }
    }
}
