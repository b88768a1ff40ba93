import Foundation
import MixtureOfExperts
import Numerics

/// By how much the covariates of sites differ beyond what their estimates err by.
///
/// Where all sites have one law, their estimated densities differ all the same: in 20 dimensions sites of 300 rows act as if they
/// were half as many. With O_m = 2 n_m KL(N(x̄_m, S_m) ‖ N(x̄, S)), which is near e = d(d + 3)/2 where the law of site m is the
/// pooled one, S = max(0, Σ (O_m - e)) / Σ n_m is what a row says of honest difference (the positive part of James & Stein 1961), beside
/// the e / n_m by which the estimates of a site err. Of the logarithm of a density the part w_m = S² / (S² + (e / n_m)²) is taken: none
/// where sites have one law, and, other than of S / (S + e / n_m), all but a thousandth where they differ by 30 times of what they err by.
package struct SiteHeterogeneity: Sendable {
    /// w_m.
    package let ownShares: [Double]
    /// N_m / N.
    package let weightShares: [Double]

    /// Of a pooled variance: directions in which rows do not vary are no dimensions.
    private static let leastVariance = 1e-8

    /// - Parameter sites: moments of (x, y) by site and expert.
    package init(_ sites: [[Moments]]) {
        let count = sites.first?.first?.count ?? 1
        let moments = sites.map { Moments.sum($0, count: count) }
        let pooled = Moments.sum(moments, count: count)
        weightShares = moments.map { $0.weight / pooled.weight }
        let (values, vectors) = symmetricEigen(pooled.covariance(of: Array(0..<count - 1)))
        let largest = values.last ?? 0
        let kept = values.indices.filter { values[$0] > Self.leastVariance * largest }
        let dimension = Double(kept.count)
        let expected = 0.5 * dimension * (dimension + 3)
        // Columns in which the pooled covariance is 1.
        let basis = Matrix(
            columns: kept.map { index in vectors.column(index).map { $0 / values[index].squareRoot() } })
        guard !kept.isEmpty else {
            ownShares = moments.map { _ in 0 }
            return
        }
        let distances = moments.map { Self.distance($0, from: pooled, basis) }
        let rows = moments.map(\.effectiveRows)
        let excess = zip(rows, distances).reduce(0) { $0 + $1.0 * $1.1 - expected } / max(rows.reduce(0, +), 1)
        let signal = max(0, excess)
        ownShares = rows.map { rows in
            guard rows > 0, signal > 0 else { return 0 }
            let ratio = expected / rows / signal
            return 1 / (1 + ratio * ratio)
        }
    }

    /// 2 KL of two normal distributions.
    private static func distance(_ own: Moments, from pooled: Moments, _ basis: Matrix) -> Double {
        guard own.weight > 0 else { return 0 }
        let covariates = Array(0..<basis.rowCount)
        let turned = basis.transposed() * (own.covariance(of: covariates) * basis)
        let shift = basis.transposed() * covariates.map { own.mean[$0] - pooled.mean[$0] }
        let values = symmetricEigen(turned).values
        return values.reduce(0) { sum, value in
            let bounded = max(value, leastVariance)
            return sum + bounded - 1 - log(bounded)
        } + dot(shift, shift)
    }
}
