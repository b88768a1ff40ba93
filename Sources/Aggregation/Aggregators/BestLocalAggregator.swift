/// The local model under which rows drawn from f̂^W are most likely.
package struct BestLocalAggregator: Aggregator {
    package init() {}

    package var name: String { "best" }
    package var title: String { "best single local model" }

    package func reduce(_ problem: AggregationProblem) throws(AggregationError) -> ReducedMixture {
        let draw = MonteCarloSample(problem.mixture, problem.source, problem.generator.split(2), problem.parallelism)
        let sites = problem.mixture.sites
        let scores = problem.parallelism.map(count: sites.count) { draw.mean(sites[$0].model) }
        let best = scores.indices.max { (scores[$0], $1) < (scores[$1], $0) } ?? 0
        return .local(
            best, problem,
            candidates: scores.enumerated().map {
                AggregationReport.Candidate(.localModel(site: problem.names[$0.offset]), score: $0.element)
            })
    }
}
