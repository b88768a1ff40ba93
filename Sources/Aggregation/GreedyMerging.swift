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
    package static func groups(_ components: [Moments], count: Int, design: Design) -> [Moments] {
        var groups = components.filter { $0.weight > 0 }.map { group($0, design) }
        var costs = groups.indices.map { first in (0..<first).map { cost(groups[first], groups[$0], design) } }
        while groups.count > count {
            var best = (first: 1, second: 0)
            for first in 1..<groups.count {
                for second in 0..<first where costs[first][second] < costs[best.first][best.second] {
                    best = (first, second)
                }
            }
            var merged = groups[best.second].moments
            merged.merge(groups[best.first].moments)
            groups[best.second] = group(merged, design)
            groups.remove(at: best.first)
            costs.remove(at: best.first)
            for row in best.first..<max(costs.count, best.first) { costs[row].remove(at: best.first) }
            for other in 0..<best.second {
                costs[best.second][other] = cost(groups[best.second], groups[other], design)
            }
            for other in (best.second + 1)..<max(groups.count, best.second + 1) {
                costs[other][best.second] = cost(groups[other], groups[best.second], design)
            }
        }
        return groups.map(\.moments)
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
