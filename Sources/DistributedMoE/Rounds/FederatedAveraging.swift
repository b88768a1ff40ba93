import Estimation
import MixtureOfExperts
import Numerics

/// Federated averaging (McMahan et al.
///
/// 2017) of generalised EM: in every round each site makes some iterations on its rows from the common model, and the
/// coordinator takes the weighted mean of the parameters.
///
/// Nothing has to be aligned, since all sites begin at one model; but the mean of EM iterates on different rows is no iterate
/// on all of them, and its limit depends on how different the sites are.
package struct FederatedAveraging: Sendable {
    package var rounds: Int
    /// Of generalised EM, at every site in every round.
    package var localIterations: Int
    let options: FitOptions
    let parallelism: Parallelism

    package init(
        rounds: Int = 10, localIterations: Int = 5, options: FitOptions, parallelism: Parallelism = .serial
    ) {
        self.rounds = rounds
        self.localIterations = localIterations
        self.options = options
        self.parallelism = parallelism
    }

    package struct Result: Sendable {
        package var model: MixtureModel
        /// Of the slowest site, summed over the rounds.
        package var seconds: Double
    }

    /// - Parameter start: the common model; its statistics give the units.
    package func run(from start: FittedMixture, shards: [ShardRows]) -> Result {
        let standardisation = Standardisation(
            Moments.sum(start.moments, count: start.model.design.covariateCount + 1),
            keeping: start.model.design.unscaledColumns(start.model.family))
        let rows = shards.map(standardisation.standardised)
        let weights = rows.map(\.totalWeight)
        let total = weights.reduce(0, +)
        var result = Result(model: standardisation.standardised(start.model), seconds: 0)
        for _ in 0..<rounds {
            let common = result.model
            let sites = parallelism.map(count: rows.count) { site in
                Stopwatch.measure {
                    let em = GeneralisedEM(rows: rows[site], options: options, parallelism: .serial)
                    return em.run(from: em.state(common), iterations: localIterations, tolerance: 0).state.model
                }
            }
            result.model = MixtureModel.average(sites.map(\.value), weights: weights.map { $0 / total })
            result.seconds += sites.map(\.seconds).max() ?? 0
        }
        result.model = standardisation.inUserUnits(result.model)
        return result
    }
}
