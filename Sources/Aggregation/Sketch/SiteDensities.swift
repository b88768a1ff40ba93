import Foundation
import MixtureOfExperts
import Numerics

/// Where sites are at home: the density of the covariates of each, a mixture of normal distributions, one for each local expert.
struct SiteDensities: Sendable {
    /// A component: log weight + constant - ½ |F x - offset|².
    private struct Density: Sendable {
        var constant: Double
        /// F = L⁻¹ for the smoothed covariance L L', packed row by row.
        var factor: [Double]
        /// F · mean.
        var offset: [Double]
    }

    /// Site after site.
    private let components: [Density]
    /// What of the density of a site is its own; see ``SiteHeterogeneity``.
    let ownShares: [Double]
    /// Of the sites in the weight of all.
    let weightShares: [Double]

    /// Variance, in pooled standard units, by which the densities that sites are compared by are smoothed.
    ///
    /// Covariates are not normal under an expert, and unsmoothed normal densities are too sure of themselves. From 0.03 to
    /// 0.08 gave 0.00003 to 0.0003 in log-likelihood per row on the Beijing stations, and cost 0.00015 where the normal
    /// distributions are exact and the sites see different groups.
    private static let smoothing = 0.08

    /// - Parameter sites: moments of (x, y), in pooled standard units, by site and expert.
    init(_ sites: [[Moments]], _ parallelism: Parallelism) {
        let within = Self.withinCovariance(sites.flatMap { $0 })
        components = parallelism.map(count: sites.count) { site in
            sites[site].map { moment in
                let cholesky = Self.regularised(moment, within: within)
                let factor = cholesky.packedInverse
                return Density(
                    constant: log(moment.weight) - 0.5 * cholesky.logDeterminant, factor: factor,
                    offset: Self.product(factor, moment.mean))
            }
        }.flatMap { $0 }
        let heterogeneity = SiteHeterogeneity(sites)
        ownShares = heterogeneity.ownShares
        weightShares = heterogeneity.weightShares
    }

    /// The covariances of the covariates come first in the packed scatter: the response is the last variable.
    private static func withinCovariance(_ all: [Moments]) -> PackedSymmetric {
        var sum = PackedSymmetric(size: (all.first?.count ?? 1) - 1)
        let total = all.reduce(0) { $0 + $1.weight }
        for moment in all {
            for index in sum.storage.indices { sum.storage[index] += moment.scatter.storage[index] / total }
        }
        return sum
    }

    /// Covariances of few rows, or of a covariate that is constant at a site, have no inverse: they are drawn towards
    /// the pooled within-covariance by as many pseudo-rows as it has coefficients, and smoothed in every direction.
    private static func regularised(_ moment: Moments, within: PackedSymmetric) -> Cholesky {
        let size = within.size
        let prior = Double(size + 1)
        let rows = moment.effectiveRows
        let scale = moment.weight > 0 ? 1 / moment.weight : 1
        var covariance = Matrix(rowCount: size, columnCount: size)
        for row in 0..<size {
            for column in 0...row {
                let own = moment.scatter[row, column] * scale
                let value = (rows * own + prior * within[row, column]) / (rows + prior)
                covariance[row, column] = value
                covariance[column, row] = value
            }
        }
        precondition(covariance.storage.allSatisfy(\.isFinite), "statistics must be finite")
        var jitter = smoothing
        while true {
            var shifted = covariance
            for index in 0..<size { shifted[index, index] += jitter }
            if let factor = Cholesky(shifted) { return factor }
            jitter *= 10
        }
    }

    /// A packed lower triangle times the beginning of a vector.
    private static func product(_ factor: [Double], _ vector: [Double]) -> [Double] {
        var first = 0
        return (0..<vector.count - 1).map { row in
            defer { first += row + 1 }
            return (0...row).reduce(0) { $0 + factor[first + $1] * vector[$1] }
        }
    }

    /// log weight + log of the normal density of a component on a block, less the common constant; [lane].
    func logDensity(_ component: Int, on block: borrowing RowBlock, into result: UnsafeMutablePointer<Double>) {
        let density = components[component]
        block.triangularNorms(factor: density.factor, offset: density.offset, into: result)
        for lane in 0..<RowBlock.capacity { result[lane] = density.constant - 0.5 * result[lane] }
    }
}

extension Cholesky {
    /// L⁻¹, its lower triangle packed row by row.
    fileprivate var packedInverse: [Double] {
        let size = factor.rowCount
        var result = PackedSymmetric(size: size)
        for column in 0..<size {
            result[column, column] = 1 / factor[column, column]
            for row in (column + 1)..<max(size, column + 1) {
                var sum = 0.0
                for inner in column..<row { sum += factor[row, inner] * result[inner, column] }
                result[row, column] = -sum / factor[row, row]
            }
        }
        return result.storage
    }
}
