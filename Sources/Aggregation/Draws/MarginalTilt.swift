import Foundation
import MixtureOfExperts
import Numerics

/// The bins of other rows with shares for these: s exp(a m + b m²).
///
/// Of all shares that have given moments they are nearest to s in relative entropy. Values stay what they are.
struct MarginalTilt {
    private let bins: [Marginal.Bin]

    private static let iterations = 60
    private static let tolerance = 1e-10

    init(_ bins: [Marginal.Bin]) { self.bins = bins }

    /// - Parameter variance: nil for whatever the mean leaves.
    /// - Returns: nil where no shares have the moments.
    func bins(mean: Double, variance: Double?) -> [Marginal.Bin]? {
        guard let first = bins.first, let last = bins.last, first.mean < mean, mean < last.mean else { return nil }
        let scale = max(last.mean - mean, mean - first.mean)
        let values = bins.map { ($0.mean - mean) / scale }
        var (a, b) = (0.0, 0.0)
        var current = State(bins, values, a, b, variance.map { $0 / (scale * scale) })
        for _ in 0..<Self.iterations where current.error > Self.tolerance {
            let (stepA, stepB) = current.step
            var length = 1.0
            while true {
                let next = State(bins, values, a - length * stepA, b - length * stepB, current.target)
                if next.objective < current.objective || length < 1e-6 {
                    (a, b) = (a - length * stepA, b - length * stepB)
                    current = next
                    break
                }
                length *= 0.5
            }
        }
        guard current.error < 1e-4 else { return nil }
        return zip(bins, current.shares).map { Marginal.Bin(share: $1, mean: $0.mean, isAtom: $0.isAtom) }
    }

    /// log Σ s exp(a v + b v²) - b target, convex in (a, b).
    private struct State {
        let target: Double?
        let objective: Double
        let shares: [Double]
        private let gradient: (Double, Double)
        private let hessian: (Double, Double, Double)

        init(_ bins: [Marginal.Bin], _ values: [Double], _ a: Double, _ b: Double, _ target: Double?) {
            self.target = target
            var shares = zip(bins, values).map { log($0.share) + a * $1 + b * $1 * $1 }
            let logSum = Scalar.softmax(&shares)
            self.shares = shares
            objective = logSum - b * (target ?? 0)
            var moments = [Double](repeating: 0, count: 5)
            for (share, value) in zip(shares, values) {
                var power = share
                for index in moments.indices {
                    moments[index] += power
                    power *= value
                }
            }
            gradient = (moments[1], target.map { moments[2] - $0 } ?? 0)
            hessian = (
                moments[2] - moments[1] * moments[1], moments[3] - moments[1] * moments[2],
                moments[4] - moments[2] * moments[2]
            )
        }

        var error: Double { abs(gradient.0) + abs(gradient.1) }

        var step: (Double, Double) {
            let (p, q, r) = (hessian.0 + 1e-12, hessian.1, hessian.2 + 1e-12)
            guard target != nil else { return (gradient.0 / p, 0) }
            let determinant = max(p * r - q * q, 1e-12 * p * r)
            return (
                (r * gradient.0 - q * gradient.1) / determinant, (p * gradient.1 - q * gradient.0) / determinant
            )
        }
    }
}
