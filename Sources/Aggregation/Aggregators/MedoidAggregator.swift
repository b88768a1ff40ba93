/// The local model that the others are nearest to: the "middle" estimator of the paper, section 5.
package struct MedoidAggregator: Aggregator {
    package init() {}

    package var name: String { "medoid" }
    package var title: String { "medoid local model" }

    package func reduce(_ problem: AggregationProblem) throws(AggregationError) -> ReducedMixture {
        let site = SiteDivergences(problem).medoid(weights: problem.mixture.sites.map(\.weight))
        return .local(site, problem)
    }
}

extension ReducedMixture {
    /// The local model of a site as it is.
    static func local(
        _ site: Int, _ problem: AggregationProblem, candidates: [AggregationReport.Candidate] = []
    ) -> ReducedMixture {
        let model = problem.mixture.sites[site].model
        return ReducedMixture(
            model: model, labels: problem.transport.labels(for: model.experts),
            chosen: .localModel(site: problem.names[site]), objectives: [problem.transport.objective(model.experts)],
            candidates: candidates, selection: problem.mixture.sites[site].selection, errors: .site(site))
    }
}
