import MixtureOfExperts

/// The sums behind ``Scores`` of responses of any kind.
struct ScoreSums: Sendable {
    var rows = 0
    var weight = 0.0
    var logLikelihood = 0.0
    /// Weight of the responses in the interval or set of their rows.
    var covered = 0.0
    /// What these intervals or sets promise.
    var expectedCovered = 0.0

    /// Adds some rows.
    ///
    /// - Parameter score: called with each row that counts; whether its interval or set holds the response, and what it promises.
    mutating func add(
        _ mixture: some ConditionalMixture, _ part: ShardRows,
        _ score: (_ prediction: Prediction, _ row: Int, _ weight: Double) -> (isCovered: Bool, promised: Double)
    ) {
        rows += part.rowCount
        let prediction = Prediction(mixture, covariates: part.covariates)
        let logDensities = mixture.logDensities(part.covariates, responses: part.responses)
        for row in 0..<part.rowCount where part.weight(row) > 0 {
            let rowWeight = part.weight(row)
            weight += rowWeight
            logLikelihood += rowWeight * logDensities[row]
            let (isCovered, promised) = score(prediction, row, rowWeight)
            covered += isCovered ? rowWeight : 0
            expectedCovered += rowWeight * promised
        }
    }

    mutating func merge(_ other: ScoreSums) {
        rows += other.rows
        weight += other.weight
        logLikelihood += other.logLikelihood
        covered += other.covered
        expectedCovered += other.expectedCovered
    }
}
