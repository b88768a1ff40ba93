import Foundation
import LinearAlgebra
import MixtureOfExperts

/// The covariates of all sites as a mixture of normal distributions, one for each local expert.
///
/// It comes free with the experts' statistics: the share, mean and covariance of x under each expert's posterior. The
/// support is drawn from it, and it tells which site is at home at x.
package struct CovariateSketch: Sendable {
    struct Component: Sendable {
        var site: Int
        var weight: Double
        var mean: [Double]
        /// Of the distribution that points are drawn from.
        var covariance: Cholesky
        /// Of the density that sites are compared by.
        var smoothed: Cholesky
    }

    let components: [Component]
    let siteCount: Int

    /// Variance, in pooled standard units, by which the densities that sites are compared by are smoothed.
    ///
    /// Covariates are not normal under an expert, and unsmoothed normal densities are too sure of themselves: 0.03 gave
    /// 0.0002 in log-likelihood a row on the Beijing stations and cost 0.00003 where the normal distributions are exact;
    /// 0.1 gave 0.0004 and cost 0.0005.
    private static let smoothing = 0.03

    /// - Parameter sites: moments of (x, y), in pooled standard units, by site and expert.
    package init(sites: [[Moments]]) {
        siteCount = sites.count
        let all = sites.flatMap { $0 }
        let indices = Array(0..<(all.first?.count ?? 1) - 1)
        let within = Self.withinCovariance(all, indices)
        components = sites.enumerated().flatMap { site, moments in
            moments.map { moment in
                Component(
                    site: site, weight: moment.weight, mean: Array(moment.mean.dropLast()),
                    covariance: Self.regularised(moment, within: within, indices, ridge: 1e-6),
                    smoothed: Self.regularised(moment, within: within, indices, ridge: Self.smoothing))
            }
        }
    }

    private static func withinCovariance(_ all: [Moments], _ indices: [Int]) -> Matrix {
        var sum = Matrix(rowCount: indices.count, columnCount: indices.count)
        let total = all.reduce(0) { $0 + $1.weight }
        for moment in all {
            let scatter = moment.scatter.submatrix(rows: indices, columns: indices)
            for index in sum.storage.indices { sum.storage[index] += scatter.storage[index] / total }
        }
        return sum
    }

    /// Covariances of few rows, or of a covariate that is constant at a site, have no inverse: they are drawn towards
    /// the pooled within-covariance by as many pseudo-rows as it has coefficients, and get `ridge` in every direction.
    private static func regularised(_ moment: Moments, within: Matrix, _ indices: [Int], ridge: Double) -> Cholesky {
        let prior = Double(indices.count + 1)
        let rows = moment.effectiveRows
        var covariance = moment.covariance(of: indices)
        for index in covariance.storage.indices {
            covariance.storage[index] =
                (rows * covariance.storage[index] + prior * within.storage[index]) / (rows + prior)
        }
        precondition(covariance.storage.allSatisfy(\.isFinite), "statistics must be finite")
        var jitter = ridge
        while true {
            var shifted = covariance
            for index in indices { shifted[index, index] += jitter }
            if let factor = Cholesky(shifted) { return factor }
            jitter *= 10
        }
    }

    /// log of the normal density of each component, less the common constant; points x components.
    func logDensities(_ points: Matrix) -> Matrix {
        var result = Matrix(rowCount: points.rowCount, columnCount: components.count)
        for (index, component) in components.enumerated() {
            let half = 0.5 * component.smoothed.logDeterminant
            let whitened = component.smoothed.solveLower(points, subtracting: component.mean)
            let offset = index * points.rowCount
            for row in 0..<points.rowCount { result.storage[offset + row] = -half - 0.5 * whitened[row] }
        }
        return result
    }

    /// log N_m p_m(x), less a common constant; points x sites.
    func logSiteDensities(_ points: Matrix) -> Matrix {
        let densities = logDensities(points)
        var bySite = [[Int]](repeating: [], count: siteCount)
        for (index, component) in components.enumerated() { bySite[component.site].append(index) }
        var result = Matrix(rowCount: points.rowCount, columnCount: siteCount)
        for (site, members) in bySite.enumerated() {
            for row in 0..<points.rowCount {
                result[row, site] = Scalar.logSumExp(members.map { log(components[$0].weight) + densities[row, $0] })
            }
        }
        return result
    }

    /// `count` points; each component gets its share up to rounding, which leaves only the spread within components to
    /// chance.
    package func sample(_ count: Int, using random: inout RandomNumbers) -> Matrix {
        let dimension = components.first?.mean.count ?? 0
        var result = Matrix(rowCount: count, columnCount: dimension)
        for (row, index) in random.systematicSample(count, weights: components.map(\.weight)).enumerated() {
            let component = components[index]
            let noise = component.covariance.multiplyLower((0..<dimension).map { _ in random.normal() })
            for column in 0..<dimension { result[row, column] = component.mean[column] + noise[column] }
        }
        return result
    }
}

extension Cholesky {
    /// |L⁻¹ (x - mean)|² of each row.
    fileprivate func solveLower(_ points: Matrix, subtracting mean: [Double]) -> [Double] {
        let size = mean.count
        let count = points.rowCount
        var work = Matrix(rowCount: count, columnCount: size)
        var norms = [Double](repeating: 0, count: count)
        for column in 0..<size {
            let target = column * count
            for row in 0..<count { work.storage[target + row] = points.storage[target + row] - mean[column] }
            for inner in 0..<column {
                let factorElement = factor[column, inner]
                let source = inner * count
                for row in 0..<count { work.storage[target + row] -= factorElement * work.storage[source + row] }
            }
            let inverse = 1 / factor[column, column]
            for row in 0..<count {
                work.storage[target + row] *= inverse
                norms[row] += work.storage[target + row] * work.storage[target + row]
            }
        }
        return norms
    }
}
