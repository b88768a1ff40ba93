import MixtureOfExperts
import Numerics

/// Where the MM algorithm starts: experts of local models, and greedy merging of all of them.
///
/// K-means on coefficients, the published start, was measured to fall into a bad basin half of the time.
struct ReductionStarts {
    let mixture: LocalMixture
    /// Of the sites.
    let names: [String]
    /// With parameters.
    let expertCount: Int
    let dispersionFloor: Double

    private static let largestNumberOfLocalStarts = 12
    private static let largestNumberOfMergedComponents = 160

    /// Named starts, each of `expertCount` experts and those without parameters.
    func all(
        _ problem: TransportProblem, using random: inout RandomNumbers, parallelism: Parallelism
    ) -> [(start: ReductionStart, experts: [Expert])] {
        let order = random.permutation(mixture.sites.count).prefix(Self.largestNumberOfLocalStarts).sorted()
        let regressions = mixture.regressions
        let chosen = random.permutation(regressions.count).prefix(Self.largestNumberOfMergedComponents).sorted()
            .map { regressions[$0] }
        let merged = (ReductionStart.greedyMerging, completed(merged(chosen, parallelism), problem))
        return [merged]
            + parallelism.map(count: order.count) { index in
                (.localModel(site: names[order[index]]), completed(startingExperts(order[index]), problem))
            }
    }

    private func startingExperts(_ site: Int) -> [Expert] {
        // Local experts are in order of weight: the largest come first.
        Array(mixture.sites[site].model.experts.lazy.filter { $0.fixed == nil }.prefix(expertCount))
    }

    private func merged(_ components: [Int], _ parallelism: Parallelism) -> [Expert] {
        GreedyMerging.groups(
            components.map { mixture.group($0) }, count: expertCount, design: mixture.design, parallelism: parallelism
        ).map { $0.expert(mixture.family, mixture.design, dispersionFloor: dispersionFloor) }
    }

    /// Adds, until there are enough, the component that the experts so far serve worst.
    private func completed(_ start: [Expert], _ problem: TransportProblem) -> [Expert] {
        var experts = start
        let regressions = (0..<problem.componentCount).filter { problem.components[$0].fixed == nil }
        while experts.count < expertCount, !regressions.isEmpty {
            let costs = problem.expectedDivergences(to: experts)
            let worst = regressions.map { component in
                costs[component * experts.count..<(component + 1) * experts.count].min() ?? 0
            }
            let component = worst.indices.max { worst[$0] < worst[$1] } ?? 0
            experts.append(problem.components[regressions[component]])
        }
        return experts + mixture.fixedExperts
    }
}
