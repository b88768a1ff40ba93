import MixtureOfExperts

/// The weighted mean of the parameters, expert by expert, the experts of each site by falling weight.
///
/// Nothing makes the first expert of one site the first of another: what it loses shows what alignment is worth.
package struct ParameterAverageAggregator: Aggregator {
    package init() {}

    package var name: String { "average" }
    package var title: String { "average of parameters" }

    package func reduce(_ problem: AggregationProblem) throws(AggregationError) -> ReducedMixture {
        try problem.requireEqualExpertCounts(method: name)
        return .average(problem.mixture.sites.map(\.model), problem, chosen: .average)
    }
}

extension AggregationProblem {
    func requireEqualExpertCounts(method: String) throws(AggregationError) {
        let counts = mixture.sites.map(\.model.expertCount)
        let models = mixture.sites.map(\.model)
        guard let other = counts.firstIndex(where: { $0 != counts[0] }) else {
            guard let other = models.firstIndex(where: { !$0.hasSameFixedExperts(as: models[0]) }) else { return }
            throw .disagreement(
                first: names[0], second: names[other], what: "point masses, and \(method) averages expert by expert")
        }
        throw .differentExpertCounts(
            method: method, first: names[0], count: counts[0], second: names[other], otherCount: counts[other])
    }
}

extension ReducedMixture {
    /// The mean of models of equal size, each with the weight of its site.
    static func average(
        _ models: [MixtureModel], _ problem: AggregationProblem, chosen: GlobalConstruction
    ) -> ReducedMixture {
        let weights = problem.mixture.sites.map(\.weight)
        let total = weights.reduce(0, +)
        let model = MixtureModel.average(models, weights: weights.map { $0 / total })
        return ReducedMixture(
            model: model, labels: problem.transport.labels(for: model.experts), chosen: chosen,
            objectives: [problem.transport.objective(model.experts)])
    }
}
