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

    init(_ mixture: LocalMixture, _ source: Source, _ generator: RandomNumbers, _ parallelism: Parallelism) {
        rows = Self.rows(mixture, source, count: Self.draws, generator, parallelism)
    }

    static func rows(
        _ mixture: LocalMixture, _ source: Source, count: Int, _ generator: RandomNumbers, _ parallelism: Parallelism
    ) -> ShardRows {
        var random = generator
        let points =
            switch source {
            case .sketches: mixture.sketch.sample(count, using: &random, parallelism: parallelism)
            case .support(let support):
                support.points.rows(random.systematicSample(count, weights: support.weights))
            }
        return ShardRows(
            covariates: points, responses: mixture.sampleResponses(points, using: &random, parallelism))
    }

    /// A candidate and its log density on the draw.
    struct Score {
        var candidate: Reduction.Candidate
        var logDensities: [Double]

        var mean: Double { logDensities.reduce(0, +) / Double(logDensities.count) }

        func gain(over other: Score) -> PairedGain { PairedGain(zip(logDensities, other.logDensities).map(-)) }
    }

    func score(_ candidate: Reduction.Candidate) -> Score {
        Score(candidate: candidate, logDensities: logDensities(candidate.model))
    }

    private static let comparedWithAverage = 2000

    /// What f̂^W gains over a candidate on some of the rows: no candidate gains more.
    func gain(ofAverage mixture: LocalMixture, over score: Score) -> PairedGain {
        let step = max(1, rows.rowCount / Self.comparedWithAverage)
        let chosen = Array(stride(from: 0, to: rows.rowCount, by: step))
        let average = mixture.logDensities(rows.subset(chosen))
        return PairedGain(zip(chosen, average).map { $1 - score.logDensities[$0] })
    }

    /// The mean log density of the draw.
    func mean(_ model: MixtureModel) -> Double {
        logDensities(model).reduce(0, +) / Double(rows.rowCount)
    }

    private func logDensities(_ model: MixtureModel) -> [Double] {
        model.logDensities(rows.covariates, responses: rows.responses)
    }
}
