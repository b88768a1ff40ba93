import Foundation
import LinearAlgebra
import MixtureOfExperts

/// Agglomerative grouping of experts by what they stand for: always the pair whose union costs the least, as Runnalls (2007) does
/// for normal distributions.
///
/// The cost is log evidence, that of two regressions less that of a common one. Likelihood would not do: a regression through
/// fewer rows than it has coefficients leaves no residual, and every union would seem to cost without bound.
package enum GreedyMerging {
    /// Experts that became one.
    package struct Group: Sendable {
        /// Their indices in what was given.
        var members: [Int]
        /// Of the rows, or of (x, mean of the expert at x), that they stand for.
        package var moments: Moments
        /// Σ weight · dispersion of experts whose moments are of their means; 0 where moments are of rows.
        var dispersion: Double

        package init(members: [Int], moments: Moments, dispersion: Double = 0) {
            self.members = members
            self.moments = moments
            self.dispersion = dispersion
        }

        func merged(_ other: Group) -> Group {
            var result = self
            result.members += other.members
            result.moments.merge(other.moments)
            result.dispersion += other.dispersion
            return result
        }

        /// The expert nearest to all of them.
        func expert(_ family: any ExpertFamily, _ design: Design) -> Expert {
            var expert = family.fit(moments, on: design.expertCovariates, dispersionFloor: 0)
            let residual = moments.meanSquaredResidual(of: expert.coefficients, on: design.expertCovariates)
            expert.dispersion = family.barycentreDispersion(
                meanDispersion: dispersion / moments.weight, meanSquaredDifference: residual)
            return expert
        }
    }

    /// Components that are merged at a time: time and memory are quadratic in them.
    private static let mostAtOnce = 400
    /// Groups that such a part leaves, for each of those wanted in the end.
    private static let spare = 8

    /// Beyond 400 components parts of them are merged first, in the order given, so that cost stays linear in the components.
    ///
    /// - Returns: `count` groups, or fewer where fewer have any weight.
    package static func groups(
        _ components: [Group], count: Int, design: Design, parallelism: Parallelism = .serial
    ) -> [Group] {
        var present = components.filter { $0.moments.weight > 0 }
        let prior = Prior(present, design)
        while present.count > mostAtOnce, spare * count < mostAtOnce / 2 {
            let all = present
            let parts = stride(from: 0, to: all.count, by: mostAtOnce).map { $0..<min($0 + mostAtOnce, all.count) }
            present = parallelism.map(count: parts.count) { part in
                merged(Array(all[parts[part]]), count: spare * count, prior, .serial)
            }.flatMap { $0 }
        }
        return merged(present, count: count, prior, parallelism)
    }

    private static func merged(
        _ present: [Group], count: Int, _ prior: Prior, _ parallelism: Parallelism
    ) -> [Group] {
        var groups = present.map { Valued(group: $0, logEvidence: prior.logEvidence($0)) }
        let initial = groups
        var costs = parallelism.map(count: initial.count) { first in
            (0..<first).map { cost(initial[first], initial[$0], prior) }
        }
        while groups.count > count {
            let (first, second) = cheapest(costs)
            let merged = groups[second].group.merged(groups[first].group)
            groups[second] = Valued(group: merged, logEvidence: prior.logEvidence(merged))
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
        return groups.map(\.group)
    }

    private struct Valued: Sendable {
        var group: Group
        var logEvidence: Double
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

    private static func cost(_ first: Valued, _ second: Valued, _ prior: Prior) -> Double {
        first.logEvidence + second.logEvidence - prior.logEvidence(first.group.merged(second.group))
    }

    /// The conjugate prior of one row: β | σ² ~ N(0, σ² I), σ² ~ inverse gamma (½, ½ s), in pooled standard units.
    private struct Prior {
        let positions: [Int]
        /// s: the mean residual variance of the components.
        let variance: Double

        init(_ components: [Group], _ design: Design) {
            positions = design.expertCovariates + [design.covariateCount]
            let residuals = components.reduce(0) {
                $0 + $1.moments.weight * $1.moments.regression(on: design.expertCovariates).residualVariance
                    + $1.dispersion
            }
            variance = max(residuals / components.reduce(0) { $0 + $1.moments.weight }, 1e-10)
        }

        /// Of a regression, without the factor (2π)^(-n/2) that is the same for every grouping.
        func logEvidence(_ group: Group) -> Double {
            guard let factor = Cholesky(penalisedGram(group))?.factor else { return 0 }
            // The last pivot is what the regression leaves of the response's sum of squares.
            let last = factor.rowCount - 1
            let logDeterminant = (0..<last).reduce(0) { $0 + 2 * log(factor[$1, $1]) }
            let shape = 0.5 * (1 + group.moments.weight)
            let rate = 0.5 * factor[last, last] * factor[last, last]
            return 0.5 * log(0.5 * variance) - lgamma(0.5) + lgamma(shape) - shape * log(rate) - 0.5 * logDeterminant
        }

        /// Σ z z' with z = (1, x, y), and the prior on its diagonal; what experts vary about their means belongs to y alone.
        private func penalisedGram(_ group: Group) -> Matrix {
            let moments = group.moments
            let means = [1] + positions.map { moments.mean[$0] }
            let scatter = moments.scatter.submatrix(rows: positions, columns: positions)
            var gram = Matrix(rowCount: means.count, columnCount: means.count)
            for column in means.indices {
                for row in means.indices {
                    let within = row > 0 && column > 0 ? scatter[row - 1, column - 1] : 0
                    gram[row, column] = within + moments.weight * means[row] * means[column]
                }
                gram[column, column] += column < means.count - 1 ? 1 : variance + group.dispersion
            }
            return gram
        }
    }
}
