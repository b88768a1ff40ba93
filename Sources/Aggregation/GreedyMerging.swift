import Foundation
import LinearAlgebra
import MixtureOfExperts

/// Agglomerative grouping of experts by what they stand for: always the pair whose union costs the least log-likelihood,
/// ½ [(n₁ + n₂) log σ₁₂² - n₁ log σ₁² - n₂ log σ₂²] with σ₁₂² that of the common regression (Runnalls 2007, for regressions).
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

        /// n log σ²
        fileprivate func value(_ design: Design) -> Double {
            let variance =
                moments.regression(on: design.expertCovariates).residualVariance + dispersion / moments.weight
            return moments.weight * log(max(variance, 1e-10))
        }
    }

    /// - Returns: `count` groups, or fewer where fewer have any weight.
    package static func groups(
        _ components: [Group], count: Int, design: Design, parallelism: Parallelism = .serial
    ) -> [Group] {
        var groups = components.filter { $0.moments.weight > 0 }.map { Valued($0, design) }
        let initial = groups
        var costs = parallelism.map(count: initial.count) { first in
            (0..<first).map { cost(initial[first], initial[$0], design) }
        }
        while groups.count > count {
            let (first, second) = cheapest(costs)
            groups[second] = Valued(groups[second].group.merged(groups[first].group), design)
            groups.remove(at: first)
            costs.remove(at: first)
            for row in first..<max(costs.count, first) { costs[row].remove(at: first) }
            let current = groups
            let renewed = parallelism.map(count: current.count) { other in
                other == second ? 0 : cost(current[max(other, second)], current[min(other, second)], design)
            }
            for other in 0..<second { costs[second][other] = renewed[other] }
            for other in (second + 1)..<max(groups.count, second + 1) { costs[other][second] = renewed[other] }
        }
        return groups.map(\.group)
    }

    private struct Valued: Sendable {
        var group: Group
        var value: Double

        init(_ group: Group, _ design: Design) {
            self.group = group
            value = group.value(design)
        }
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

    private static func cost(_ first: Valued, _ second: Valued, _ design: Design) -> Double {
        0.5 * (first.group.merged(second.group).value(design) - first.value - second.value)
    }
}
