import Foundation
import MixtureOfExperts
import Numerics

/// Rows drawn afresh from f̂^W: what candidates for the global model are compared on.
struct MonteCarloSample {
    /// Where the covariates of a draw come from.
    enum Source {
        case sketches
        case support(SupportSample)
    }

    private static let draws = 20_000

    private let rows: ShardRows
    /// log densities of the rows under the model of their own site; under f̂^W where that is not known.
    private let reference: [Double]

    init(_ mixture: LocalMixture, _ source: Source, _ generator: RandomNumbers, _ parallelism: Parallelism) {
        let draws = Self.drawn(mixture, source, count: Self.draws, generator, parallelism)
        rows = draws.rows
        reference =
            draws.components.map { mixture.logDensities(draws.rows, ofComponents: $0) }
            ?? mixture.logDensities(draws.rows)
    }

    /// Covariates from the sketch of a component and the response of its expert are a draw from all sites together, with the densities that
    /// the sketches have, without forming them: in many dimensions a density says with far too much certainty which site is at home at x,
    /// and a gate far from the rows of its site which expert.
    ///
    /// - Returns: rows, and the component that each is of; nil where that is not known.
    static func drawn(
        _ mixture: LocalMixture, _ source: Source, count: Int, _ generator: RandomNumbers, _ parallelism: Parallelism
    ) -> (rows: ShardRows, components: [Int]?) {
        var random = generator
        if case .sketches = source, mixture.siteWeights == .density {
            let (points, components) = mixture.sketch.draw(count, using: &random, parallelism: parallelism)
            let responses = mixture.sampleResponses(points, ofComponents: components, using: &random)
            return (ShardRows(covariates: points, responses: responses), components)
        }
        let points =
            switch source {
            case .sketches: mixture.sketch.sample(count, using: &random, parallelism: parallelism)
            case .support(let support):
                support.points.rows(random.systematicSample(count, weights: support.weights))
            }
        return (
            ShardRows(covariates: points, responses: mixture.sampleResponses(points, using: &random, parallelism)), nil
        )
    }

    /// A candidate and its log density on the draw.
    struct Score {
        var candidate: Reduction.Candidate
        var logDensities: [Double]

        var mean: Double { logDensities.reduce(0, +) / Double(logDensities.count) }

        func gain(over other: Score) -> MonteCarloGain { MonteCarloGain(zip(logDensities, other.logDensities).map(-)) }
    }

    func score(_ candidate: Reduction.Candidate) -> Score {
        Score(candidate: candidate, logDensities: logDensities(candidate.model))
    }

    private static let comparedWithAverage = 2000
    private static let componentDensities = 4_000_000

    /// What f̂^W gains over a candidate on some of the rows.
    func gain(ofAverage mixture: LocalMixture, over logDensities: [Double]) -> MonteCarloGain {
        // All components are evaluated at each: of many local models a part of the rows has to do.
        let compared = min(Self.comparedWithAverage, max(100, Self.componentDensities / mixture.components.count))
        let step = max(1, rows.rowCount / compared)
        let chosen = Array(stride(from: 0, to: rows.rowCount, by: step))
        let average = mixture.logDensities(rows.subset(chosen))
        return MonteCarloGain(zip(chosen, average).map { bounded($1, row: $0) - logDensities[$0] })
    }

    /// What the sites' own models gain over a candidate on their own rows; what f̂^W gains where it is not known whose they are.
    func gainOfOwnSites(over logDensities: [Double]) -> MonteCarloGain {
        MonteCarloGain(zip(reference, logDensities).map(-))
    }

    /// The mean log density of the draw.
    func mean(_ model: MixtureModel) -> Double {
        logDensities(model).reduce(0, +) / Double(rows.rowCount)
    }

    /// What a model gains over another.
    func gain(of model: MixtureModel, over other: MixtureModel) -> MonteCarloGain {
        MonteCarloGain(zip(logDensities(model), logDensities(other)).map(-))
    }

    /// With one draw in all taken for one that no candidate need describe.
    ///
    /// Tails of the sketches reach where no row is, and there a count of e^30 under a mean of 1 says more than all other draws together.
    func logDensities(_ model: MixtureModel) -> [Double] {
        model.logDensities(rows.covariates, responses: rows.responses).enumerated().map { bounded($1, row: $0) }
    }

    private func bounded(_ logDensity: Double, row: Int) -> Double {
        Scalar.logSumExp([logDensity, reference[row] - log(Double(rows.rowCount))])
    }
}
