import LinearAlgebra
import MixtureOfExperts

/// Points and responses drawn afresh from f̂^W: what candidates for the global model are compared on.
struct FreshDraw {
    private static let draws = 20_000

    private let points: Matrix
    private let responses: [Double]

    /// - Parameter support: where the points come from; nil for the covariate sketches.
    init(_ mixture: LocalMixture, support: SupportSample?, _ generator: RandomNumbers) {
        var random = generator
        if let support {
            points = support.points.rows(random.systematicSample(Self.draws, weights: support.weights))
        } else {
            points = mixture.sketch.sample(Self.draws, using: &random)
        }
        responses = mixture.sampleResponses(points, using: &random)
    }

    /// A candidate and its log density on the draw.
    struct Score {
        var candidate: Reduction.Candidate
        var logDensities: [Double]

        var mean: Double { logDensities.reduce(0, +) / Double(logDensities.count) }
    }

    func scores(_ candidates: [Reduction.Candidate]) -> [Score] {
        candidates.map { Score(candidate: $0, logDensities: $0.model.logDensities(points, responses: responses)) }
    }

    /// The first candidate, unless another is better by more than two standard errors of the paired difference: with
    /// less, the choice was measured to follow the noise of the draw.
    static func choice(_ scores: [Score]) -> Score {
        scores.dropFirst().reduce(scores[0]) { best, other in
            let differences = zip(other.logDensities, best.logDensities).map(-)
            let count = Double(differences.count)
            let mean = differences.reduce(0, +) / count
            let variance = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
            return mean > 2 * (variance / count).squareRoot() ? other : best
        }
    }
}
