import LinearAlgebra
import MixtureOfExperts

/// The sums behind ``Scores`` where responses are numbers.
struct NumberScoreSums: Sendable {
    var rows = 0
    var logLikelihood = 0.0
    var crps = 0.0
    var squaredError = 0.0
    var absoluteError = 0.0
    var squaredResponse = 0.0
    var covered = 0.0
    var expectedCovered = 0.0
    var histogram = PITHistogram()
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
            logLikelihood += weight * logDensities[row]
            add(response, prediction.distribution(row), weight: weight)
        }
    }

    private mutating func add(_ response: Double, _ distribution: some PredictiveDistribution, weight: Double) {
        let mean = distribution.mean
        let error = response - mean
        let score = distribution.score(response)
        crps += weight * score.crps
        squaredError += weight * error * error
        absoluteError += weight * abs(error)
        squaredResponse += weight * response * response
        covered += score.isCovered ? weight : 0
        expectedCovered += weight * score.intervalProbability
        histogram.add(below: score.below, upTo: score.upTo, weight: weight)
        moments.merge(
            Moments(
                weight: weight, squaredWeight: weight * weight, mean: [mean, response],
                scatter: PackedSymmetric(size: 2)))
    }

    func merged(_ other: NumberScoreSums) -> NumberScoreSums {
        var result = self
        result.rows += other.rows
        result.logLikelihood += other.logLikelihood
        result.crps += other.crps
        result.squaredError += other.squaredError
        result.absoluteError += other.absoluteError
        result.squaredResponse += other.squaredResponse
        result.covered += other.covered
        result.expectedCovered += other.expectedCovered
        result.histogram.merge(other.histogram)
        result.moments.merge(other.moments)
        return result
    }
}
