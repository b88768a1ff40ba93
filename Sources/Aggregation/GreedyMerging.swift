import Foundation
import LinearAlgebra
import MixtureOfExperts

/// Agglomerative grouping of local experts by their statistics: always the pair whose union costs the least, as Runnalls (2007)
/// does for normal distributions.
///
/// The cost is log evidence, that of two regressions less that of a common one. Likelihood would not do: a regression through
/// fewer rows than it has coefficients leaves no residual, and every union would seem to cost without bound.
package enum GreedyMerging {
    private struct Group {
        var moments: Moments
        var logEvidence: Double
    }

    /// - Returns: the statistics of `count` groups.
    package static func groups(
        _ components: [Moments], count: Int, design: Design, parallelism: Parallelism = .serial
    ) -> [Moments] {
        let present = components.filter { $0.weight > 0 }
        let prior = Prior(present, design)
        var groups = present.map { Group(moments: $0, logEvidence: prior.logEvidence($0)) }
        let initial = groups
        var costs = parallelism.map(count: initial.count) { first in
            (0..<first).map { cost(initial[first], initial[$0], prior) }
        }
        while groups.count > count {
            let (first, second) = cheapest(costs)
            var merged = groups[second].moments
            merged.merge(groups[first].moments)
            groups[second] = Group(moments: merged, logEvidence: prior.logEvidence(merged))
            groups.remove(at: first)
            costs.remove(at: first)
            for row in first..<max(costs.count, first) { costs[row].remove(at: first) }
            let current = groups
            let renewed = parallelism.map(count: current.count) { other in
                other == second ? 0 : cost(current[max(other, second)], current[min(other, second)], prior)
            }
            for other in 0..<second { costs[second][other] = renewed[other] }
            for other in (second + 1)..<max(groups.count, second + 1) { costs[other][second] = renewed[other] }
        }
        return groups.map(\.moments)
    }

    private static func cheapest(_ costs: [[Double]]) -> (first: Int, second: Int) {
        var best = (first: 1, second: 0)
        var least = costs[1][0]
        for (first, row) in costs.enumerated() {
            for (second, cost) in row.enumerated() where cost < least {
                least = cost
                best = (first, second)
            }
        }
        return best
    }

    private static func cost(_ first: Group, _ second: Group, _ prior: Prior) -> Double {
        var moments = first.moments
        moments.merge(second.moments)
        return first.logEvidence + second.logEvidence - prior.logEvidence(moments)
    }

    /// The conjugate prior of one row: β | σ² ~ N(0, σ² I), σ² ~ inverse gamma (½, ½ s), in pooled standard units.
    private struct Prior {
        let positions: [Int]
        /// s: the mean residual variance of the components.
        let variance: Double

        init(_ components: [Moments], _ design: Design) {
            positions = design.expertCovariates + [design.covariateCount]
            let residuals = components.reduce(0) {
                $0 + $1.weight * $1.regression(on: design.expertCovariates).residualVariance
            }
            variance = max(residuals / max(components.reduce(0) { $0 + $1.weight }, 1), 1e-10)
        }

        /// Of a regression, without the factor (2π)^(-n/2) that is the same for every grouping.
        func logEvidence(_ moments: Moments) -> Double {
            guard let factor = Cholesky(penalisedGram(moments))?.factor else { return 0 }
            // The last pivot is what the regression leaves of the response's sum of squares.
            let last = factor.rowCount - 1
            let logDeterminant = (0..<last).reduce(0) { $0 + 2 * log(factor[$1, $1]) }
            let shape = 0.5 * (1 + moments.weight)
            let rate = 0.5 * factor[last, last] * factor[last, last]
            return 0.5 * log(0.5 * variance) - lgamma(0.5) + lgamma(shape) - shape * log(rate) - 0.5 * logDeterminant
        }

        /// Σ z z' with z = (1, x, y), and the prior on its diagonal.
        private func penalisedGram(_ moments: Moments) -> Matrix {
            let means = [1] + positions.map { moments.mean[$0] }
            let scatter = moments.scatter.submatrix(rows: positions, columns: positions)
            var gram = Matrix(rowCount: means.count, columnCount: means.count)
            for column in means.indices {
                for row in means.indices {
                    let within = row > 0 && column > 0 ? scatter[row - 1, column - 1] : 0
                    gram[row, column] = within + moments.weight * means[row] * means[column]
                }
                gram[column, column] += column < means.count - 1 ? 1 : variance
            }
            return gram
        }
    }
}
