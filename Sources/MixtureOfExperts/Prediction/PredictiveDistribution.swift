/// What a mixture says of the response of one row, where responses are numbers.
///
/// Classes have a ``ClassDistribution``.
package protocol PredictiveDistribution: Sendable {
    var mean: Double { get }
    var variance: Double { get }
    /// The root of the variance, also where that is beyond the range of numbers.
    var standardDeviation: Double { get }
    /// P(Y ≤ y).
    func cumulativeProbability(_ response: Double) -> Double
    /// P(Y < y).
    func probabilityBelow(_ response: Double) -> Double
    /// The least value that the response does not exceed with probability `level`, which lies between 0 and 1.
    func quantile(_ level: Double) -> Double
    /// Continuous ranked probability score ∫ (F(t) - 1{y ≤ t})² dt, in units of the response; smaller is better.
    func crps(_ response: Double) -> Double
    /// All that ``Scores`` wants to know of one response, at the price of the dearest part.
    func score(_ response: Double) -> ResponseScore
}

/// How a response stands to the distribution that was predicted for it.
package struct ResponseScore: Sendable, Equatable {
    package var crps: Double
    /// P(Y < y) and P(Y ≤ y): the same where responses are continuous.
    package var below: Double
    package var upTo: Double
    /// The probability of the central 90 % interval: more than 0.9 where responses are whole numbers.
    package var intervalProbability: Double

    /// Levels of the quantiles between which 90 % lie.
    static let levels = (lower: 0.05, upper: 0.95)

    /// Whether the response lies between these quantiles, themselves among them.
    package var isCovered: Bool { upTo >= Self.levels.lower && below < Self.levels.upper }
}

extension PredictiveDistribution {
    package var standardDeviation: Double { variance.squareRoot() }

    /// Of a continuous distribution.
    package func probabilityBelow(_ response: Double) -> Double { cumulativeProbability(response) }

    /// Of a continuous distribution.
    package func score(_ response: Double) -> ResponseScore {
        let probability = cumulativeProbability(response)
        return ResponseScore(
            crps: crps(response), below: probability, upTo: probability,
            intervalProbability: ResponseScore.levels.upper - ResponseScore.levels.lower)
    }
}
