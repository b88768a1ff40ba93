import Estimation

extension Coordinator {
    /// What the global model gains on rows like those of the other sites where the inconsistent ones take no part; nil where there are
    /// none.
    ///
    /// - Parameter global: of all sites.
    func gainWithoutInconsistentSites(
        _ global: GlobalModel, _ sites: ExaminedSites, support: GivenSupport?
    ) throws(AggregationError) -> AggregationWarning? {
        guard !sites.inconsistent.isEmpty else { return nil }
        let names = Set(sites.inconsistent)
        let problem = try AggregationProblem(
            sites.kept.filter { !names.contains($0.name) }, support: support, options: aggregator.settings(options),
            parallelism: parallelism)
        let without = try reduction(of: problem).reduced.model
        let sample = MonteCarloSample(
            problem.mixture, problem.source, problem.generator.split(9), parallelism)
        let gain = sample.gain(of: without, over: problem.standardisation.standardised(global.fitted).model)
        return .gainWithoutSites(sites: sites.inconsistent, gain: gain.mean, standardError: gain.standardError)
    }
}
