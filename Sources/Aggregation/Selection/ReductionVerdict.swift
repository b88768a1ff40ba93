import Numerics

/// What one model for all sites loses, on draws from the local models; nats per row.
package struct ReductionVerdict: Sendable, Equatable, Codable {
    /// The same with another number of experts.
    package struct Neighbour: Sendable, Equatable, Codable {
        package var experts: Int
        package var loss: Double
        package var standardError: Double
    }

    /// Against keeping all local models, f̂^W, less what f̂^W is ahead for its own errors alone; below 0 where the model is better.
    package var loss: Double
    /// Of the Monte Carlo sample.
    package var standardError: Double
    /// Against each site's own local model on its own rows, likewise: what gates of their own promise at most.
    package var lossToOwnModels: Double
    package var standardErrorToOwnModels: Double
    /// With one expert less and one more; none where the number was chosen, or of many sites.
    package var neighbours: [Neighbour]

    /// Nats per row that are worth a word.
    package static let worthAWord = 0.02

    package var isLossy: Bool { loss - 2 * standardError > Self.worthAWord }
    package var ownModelsPromise: Bool { lossToOwnModels - 2 * standardErrorToOwnModels > Self.worthAWord }
}

extension Coordinator {
    /// Beyond, other numbers of experts would take as long as the aggregation itself.
    private static let mostSitesWithNeighbours = 200

    /// nil of a single site.
    func verdict(_ reduced: ReducedMixture, _ problem: AggregationProblem) -> ReductionVerdict? {
        guard problem.contributions.count > 1 else { return nil }
        let sample = MonteCarloSample(problem.mixture, problem.source, problem.generator.split(10), parallelism)
        let densities = sample.logDensities(reduced.model)
        let average = sample.gain(ofAverage: problem.mixture, over: densities)
        let own = sample.gainOfOwnSites(over: densities)
        let optimism = problem.mixture.optimism(beyond: reduced.model.parameterCount)
        return ReductionVerdict(
            loss: average.mean - optimism, standardError: average.standardError,
            lossToOwnModels: own.mean - optimism, standardErrorToOwnModels: own.standardError,
            neighbours: neighbours(of: reduced.model.regressionCount, problem, sample))
    }

    private func neighbours(
        of count: Int, _ problem: AggregationProblem, _ sample: MonteCarloSample
    ) -> [ReductionVerdict.Neighbour] {
        guard options.expertCountRange == nil, aggregator is TransportAggregator,
            problem.contributions.count <= Self.mostSitesWithNeighbours
        else { return [] }
        return [count - 1, count + 1].compactMap { number in
            var other = problem
            other.options = TransportAggregator.statistics.settings(problem.options)
            other.options.expertCount = number
            guard number > 0, number <= problem.mixture.regressions.count,
                let reduced = try? TransportAggregator.statistics.reduce(other)
            else { return nil }
            let gain = sample.gain(ofAverage: problem.mixture, over: sample.logDensities(reduced.model))
            return ReductionVerdict.Neighbour(
                experts: number,
                loss: gain.mean - problem.mixture.optimism(beyond: reduced.model.parameterCount),
                standardError: gain.standardError)
        }
    }
}
