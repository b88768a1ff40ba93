import MixtureOfExperts
import Numerics

/// The sums behind ``Scores`` where responses are numbers.
struct NumberScoreSums: Sendable {
    var common = ScoreSums()
    var crps = 0.0
    var squaredError = 0.0
    var absoluteError = 0.0
    /// nil where the family has none.
    var deviance: Double? = 0.0
    var squaredResponse = 0.0
    var histogram = PITHistogram()
    /// Of (ŷ, y).
    var moments = Moments(count: 2)

    init() {}

    init(_ mixture: some ConditionalMixture, _ part: ShardRows) {
        var common = ScoreSums()
        // A value that the family cannot have has no deviance.
        if mixture.experts.contains(where: { $0.fixedDistribution != nil }) { deviance = nil }
        common.add(mixture, part) { prediction, row, weight in
            add(part.responses[row], prediction.distribution(row), mixture.family, weight: weight)
        }
        self.common = common
    }

    private mutating func add(
        _ response: Double, _ distribution: some PredictiveDistribution, _ family: any ExpertFamily, weight: Double
    ) -> (isCovered: Bool, promised: Double) {
        let mean = distribution.mean
        let error = response - mean
        let score = distribution.score(response)
        crps += weight * score.crps
        squaredError += weight * error * error
        absoluteError += weight * abs(error)
        deviance = Self.sum(deviance, family.unitDeviance(response, mean: mean).map { weight * $0 })
        squaredResponse += weight * response * response
        histogram.add(below: score.below, upTo: score.upTo, weight: weight)
        moments.merge(
            Moments(
                weight: weight, squaredWeight: weight * weight, mean: [mean, response],
                scatter: PackedSymmetric(size: 2)))
        return (score.isCovered, score.intervalProbability)
    }

    private static func sum(_ first: Double?, _ second: Double?) -> Double? {
        first.flatMap { first in second.map { first + $0 } }
    }

    func merged(_ other: NumberScoreSums) -> NumberScoreSums {
        var result = self
        result.common.merge(other.common)
        result.crps += other.crps
        result.squaredError += other.squaredError
        result.absoluteError += other.absoluteError
        result.deviance = Self.sum(deviance, other.deviance)
        result.squaredResponse += other.squaredResponse
        result.histogram.merge(other.histogram)
        result.moments.merge(other.moments)
        return result
    }
}
