import Foundation
import Numerics

/// X_S: the covariates at which the divergence is taken (paper, section 3), each with a weight.
package struct SupportSample: Sendable {
    /// Points x covariates, in pooled standard units.
    package let points: Matrix
    /// Mean 1.
    package let weights: [Double]

    /// (Σw)² / Σw²: the number of points of equal weight that would say as much.
    var effectivePoints: Double {
        let sum = weights.reduce(0, +)
        return sum * sum / weights.reduce(0) { $0 + $1 * $1 }
    }

    /// Drawn from the sites' covariate sketches: no row is needed.
    package static func drawn(
        from sketch: CovariateSketch, count: Int, using random: inout RandomNumbers, parallelism: Parallelism = .serial
    ) -> SupportSample {
        SupportSample(
            points: sketch.sample(count, using: &random, parallelism: parallelism),
            weights: [Double](repeating: 1, count: count))
    }

    /// Rows from anywhere, each of weight 1.
    package static func unweighted(_ points: Matrix) -> SupportSample {
        SupportSample(points: points, weights: [Double](repeating: 1, count: points.rowCount))
    }

    /// Rows from anywhere, weighted so that they speak of the pooled population.
    ///
    /// Site weights by density and a support from a single site contradict each other: the one speaks of all sites, the
    /// other of one. The weights nearest to equal ones are taken under which the means and variances of the covariates
    /// are the pooled ones, 0 and 1 in these units (entropy balancing, Hainmueller 2012): w ∝ exp(λ'h(x)) with
    /// h = (x, x² - 1), λ by Newton's method on log Σ exp(λ'h) + ½ ridge |λ|². Rows of the pooled population keep
    /// weights near 1; the ridge leaves unmet what the rows cannot meet.
    package static func balanced(_ points: Matrix, iterations: Int = 50) -> SupportSample {
        let features = features(points)
        var multipliers = [Double](repeating: 0, count: features.columnCount)
        var current = BalancingState(features, multipliers)
        for _ in 0..<iterations {
            guard let cholesky = Cholesky(current.hessian) else { break }
            let direction = cholesky.solve(current.gradient)
            var length = 1.0
            var next = current
            repeat {
                let trial = zip(multipliers, direction).map { $0 - length * $1 }
                next = BalancingState(features, trial)
                if next.value < current.value {
                    multipliers = trial
                    break
                }
                length *= 0.5
            } while length > 1e-4
            let fall = current.value - next.value
            guard fall > 0 else { break }
            current = next
            if fall < 1e-12 { break }
        }
        return SupportSample(points: points, weights: current.shares.map { $0 * Double(points.rowCount) })
    }

    private static func features(_ points: Matrix) -> Matrix {
        Matrix(
            rowCount: points.rowCount, columnCount: 2 * points.columnCount,
            storage: points.storage + points.storage.map { $0 * $0 - 1 })
    }
}

/// Value, gradient and Hessian of the balancing problem at given multipliers.
private struct BalancingState {
    private static let ridge = 1e-2
    var value: Double
    var gradient: [Double]
    var hessian: Matrix
    /// Sum to 1.
    var shares: [Double]

    init(_ features: Matrix, _ multipliers: [Double]) {
        var exponents = features * multipliers
        value = Scalar.softmax(&exponents) + 0.5 * Self.ridge * dot(multipliers, multipliers)
        shares = exponents
        let weights = exponents
        let count = features.rowCount
        var weighted = features
        for column in 0..<features.columnCount {
            for row in 0..<count { weighted.storage[column * count + row] *= weights[row] }
        }
        gradient = (0..<features.columnCount).map { weighted.column($0).reduce(0, +) }
        let means = gradient
        hessian = features.transposed() * weighted
        for column in means.indices {
            for row in means.indices { hessian[row, column] -= means[row] * means[column] }
            hessian[column, column] += Self.ridge
            gradient[column] += Self.ridge * multipliers[column]
        }
    }
}
