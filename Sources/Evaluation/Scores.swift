import LinearAlgebra
import MixtureOfExperts

/// How well a mixture predicts rows; all averages are weighted by the row weights.
public struct Scores: Sendable, Equatable, Codable {
    public var rows: Int
    public var logLikelihood: Double
    public var logLikelihoodPerRow: Double
    /// Continuous ranked probability score, in units of the response; smaller is better.
    public var crps: Double
    public var rmse: Double
    public var mae: Double
    /// Σ(y - ŷ)² / Σy².
    public var relativePredictionError: Double
    /// 1 - Σ(y - ŷ)² / Σ(y - ȳ)²; 0 where the responses do not vary.
    public var rSquared: Double
    /// Of y and ŷ.
    public var correlation: Double

    /// - Parameter rows: at least one, in the user's units.
    public init(_ mixture: some ConditionalMixture, on rows: ShardRows, parallelism: Parallelism = .serial) {
        let parts = mixture.scoredParts(rows.rowCount)
        let sums = parallelism.map(count: parts.count) { ScoreSums(mixture, rows.subset(Array(parts[$0]))) }
        self.init(sums.reduce(ScoreSums()) { $0.merged($1) })
    }

    private init(_ sums: ScoreSums) {
        let weight = sums.moments.weight
        let spread = sums.moments.scatter
        rows = sums.rows
        logLikelihood = sums.logLikelihood
        logLikelihoodPerRow = sums.logLikelihood / weight
        crps = sums.crps / weight
        rmse = (sums.squaredError / weight).squareRoot()
        mae = sums.absoluteError / weight
        relativePredictionError = Self.ratio(sums.squaredError, sums.squaredResponse)
        rSquared = spread[1, 1] > 0 ? 1 - sums.squaredError / spread[1, 1] : 0
        correlation = Self.ratio(spread[1, 0], (spread[0, 0] * spread[1, 1]).squareRoot())
    }

    /// 0 where nothing varies: a JSON number must be finite.
    private static func ratio(_ numerator: Double, _ denominator: Double) -> Double {
        denominator > 0 ? numerator / denominator : 0
    }
}

/// The sums behind ``Scores``.
private struct ScoreSums: Sendable {
    var rows = 0
    var logLikelihood = 0.0
    var crps = 0.0
    var squaredError = 0.0
    var absoluteError = 0.0
    var squaredResponse = 0.0
    /// Of (ŷ, y).
    var moments = Moments(count: 2)

    init() {}

    init(_ mixture: some ConditionalMixture, _ part: ShardRows) {
        rows = part.rowCount
        let prediction = Prediction(mixture, covariates: part.covariates)
        let logDensities = mixture.logDensities(part.covariates, responses: part.responses)
        for (row, response) in part.responses.enumerated() {
            let weight = part.weight(row)
            guard weight > 0 else { continue }
            let distribution = prediction.distribution(row)
            let mean = distribution.mean
            let error = response - mean
            logLikelihood += weight * logDensities[row]
            crps += weight * distribution.crps(response)
            squaredError += weight * error * error
            absoluteError += weight * abs(error)
            squaredResponse += weight * response * response
            moments.merge(
                Moments(
                    weight: weight, squaredWeight: weight * weight, mean: [mean, response],
                    scatter: PackedSymmetric(size: 2)))
        }
    }

    func merged(_ other: ScoreSums) -> ScoreSums {
        var result = self
        result.rows += other.rows
        result.logLikelihood += other.logLikelihood
        result.crps += other.crps
        result.squaredError += other.squaredError
        result.absoluteError += other.absoluteError
        result.squaredResponse += other.squaredResponse
        result.moments.merge(other.moments)
        return result
    }
}
