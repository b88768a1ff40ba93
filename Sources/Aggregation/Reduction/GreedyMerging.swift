import MixtureOfExperts
import Numerics

/// Agglomerative grouping of experts by what they stand for: always the pair whose union costs the least, as Runnalls (2007) does
/// for normal distributions.
///
/// The cost is log evidence, that of two experts less that of a common one, see ``MergingPrior``. Likelihood would not do: a
/// regression through fewer rows than it has coefficients leaves no residual, and every union would seem to cost without bound.
package enum GreedyMerging {
    /// Experts that became one.
    package struct Group: Sendable {
        /// Their indices in what was given.
        var members: [Int]
        /// Of the rows, or of (x, mean of the expert at x), that they stand for.
        package var moments: Moments
        /// Σ weight · dispersion of experts whose moments are of their means; 0 where moments are of rows.
        var dispersion: Double
        /// Where moments do not say it: the information of the experts.
        var information: InformationSum?

        /// - Parameter information: of the expert, where its fit is not closed.
        package init(
            members: [Int], expert: Expert, moments: Moments, dispersion: Double = 0,
            information: PackedSymmetric? = nil
        ) {
            self.members = members
            self.moments = moments
            self.dispersion = dispersion
            self.information = information.map {
                InformationSum(expert, information: $0, weight: moments.weight)
            }
        }

        func merged(_ other: Group) -> Group {
            var result = self
            result.members += other.members
            result.moments.merge(other.moments)
            result.dispersion += other.dispersion
            if let information = other.information { result.information?.merge(information) }
            return result
        }

        /// The expert nearest to all of them.
        func expert(_ family: any ExpertFamily, _ design: Design, dispersionFloor: Double = 0) -> Expert {
            guard let family = family as? any ClosedFormFamily else {
                return information?.expert(dispersionFloor: dispersionFloor)
                    ?? Expert(coefficients: [], dispersion: 1)
            }
            var expert = family.fit(moments, on: design.expertCovariates, dispersionFloor: dispersionFloor)
            // What they vary about their means comes to the variance of these.
            if dispersion > 0 { expert.dispersion += dispersion / moments.weight }
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
        let prior = MergingPrior(present, design)
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
        _ present: [Group], count: Int, _ prior: MergingPrior, _ parallelism: Parallelism
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

    private static func cost(_ first: Valued, _ second: Valued, _ prior: MergingPrior) -> Double {
        first.logEvidence + second.logEvidence - prior.logEvidence(first.group.merged(second.group))
    }
}
