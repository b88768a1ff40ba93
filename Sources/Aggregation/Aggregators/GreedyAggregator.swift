import MixtureOfExperts

/// Greedy pairwise merging of the components of f̂^W: always the pair whose union costs the least transportation divergence
/// on the support (Runnalls 2007, averaged over X_S).
///
/// Experts are barycentres on the support, the gate is by label.
package struct GreedyAggregator: Aggregator {
    package init() {}

    package var name: String { "greedy" }
    package var title: String { "greedy pairwise merging" }

    package func reduce(_ problem: AggregationProblem) throws(AggregationError) -> ReducedMixture {
        let transport = problem.transport
        let count = try problem.expertCount()
        let all = transport.componentsOnSupport(rows: problem.mixture.sites.reduce(0) { $0 + $1.weight })
        let groups = GreedyMerging.groups(
            problem.mixture.regressions.map { all[$0] }, count: count, design: problem.mixture.design,
            parallelism: problem.parallelism)
        var labels = [Int](repeating: 0, count: transport.componentCount)
        for (index, group) in groups.enumerated() { for member in group.members { labels[member] = index } }
        let fixed = problem.mixture.fixedExperts
        for (component, expert) in transport.components.enumerated() {
            if let own = fixed.firstIndex(where: { $0.fixed == expert.fixed }) {
                labels[component] = groups.count + own
            }
        }
        let experts = groups.map { $0.expert(problem.mixture.family, problem.mixture.design) } + fixed
        let builder = Reduction(
            mixture: problem.mixture, problem: transport, options: problem.options,
            dispersionFloor: AggregationProblem.dispersionFloor)
        let gate = builder.gate(.label, experts: experts, labels: labels)
        return ReducedMixture(
            model: MixtureModel(
                design: problem.mixture.design, family: problem.mixture.family, gate: gate, experts: experts),
            labels: labels, chosen: .greedyMerging, objectives: [transport.objective(experts)])
    }
}
