import Foundation
import LinearAlgebra
import MixtureOfExperts

/// Agglomerative grouping of local experts by their statistics: always the pair whose union costs the least
/// log-likelihood, ½ [(n₁ + n₂) log σ₁₂² - n₁ log σ₁² - n₂ log σ₂²] with σ₁₂² that of the common regression
/// (Runnalls 2007, for regressions).
package enum GreedyMerging {
    private struct Group {
        var moments: Moments
        /// n log σ²
        var value: Double
    }

    /// - Returns: the statistics of `count` groups.
    package static func groups(
        _ components: [Moments], count: Int, design: Design, parallelism: Parallelism = .serial
    ) -> [Moments] {
        var groups = components.filter { $0.weight > 0 }.map { group($0, design) }
        let initial = groups
        var costs = parallelism.map(count: initial.count) { first in
            (0..<first).map { cost(initial[first], initial[$0], design) }
        }
        while groups.count > count {
            let (first, second) = cheapest(costs)
            var merged = groups[second].moments
            merged.merge(groups[first].moments)
            groups[second] = group(merged, design)
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

    private static func group(_ moments: Moments, _ design: Design) -> Group {
        let variance = moments.regression(on: design.expertCovariates).residualVariance
        return Group(moments: moments, value: moments.weight * log(max(variance, 1e-10)))
    }

    private static func cost(_ first: Group, _ second: Group, _ design: Design) -> Double {
        var moments = first.moments
        moments.merge(second.moments)
        return 0.5 * (group(moments, design).value - first.value - second.value)
    }
}
