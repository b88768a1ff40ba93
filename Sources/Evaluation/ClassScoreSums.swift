import LinearAlgebra
import MixtureOfExperts

/// The sums behind ``Scores`` where responses are classes.
struct ClassScoreSums: Sendable {
    /// Of the sets whose coverage is looked at.
    private static let level = 0.9

    var rows = 0
    var weight = 0.0
    var logLikelihood = 0.0
    var brier = 0.0
    var covered = 0.0
    var expectedCovered = 0.0
    /// [observed][most probable]
    var confusion: [[Double]]
    /// nil unless there are two classes.
    var ranked: RankedClasses?

    init(classCount: Int) {
        confusion = [[Double]](repeating: [Double](repeating: 0, count: classCount), count: classCount)
        ranked = classCount == 2 ? RankedClasses() : nil
    }

    func adding(_ mixture: some ConditionalMixture, _ part: ShardRows) -> ClassScoreSums {
        var result = self
        result.rows += part.rowCount
        let prediction = Prediction(mixture, covariates: part.covariates)
        let logDensities = mixture.logDensities(part.covariates, responses: part.responses)
        for (row, response) in part.responses.enumerated() {
            let weight = part.weight(row)
            guard weight > 0 else { continue }
            result.logLikelihood += weight * logDensities[row]
            result.add(Int(response), prediction.classDistribution(row), weight: weight)
        }
        return result
    }

    private mutating func add(_ response: Int, _ distribution: ClassDistribution, weight: Double) {
        precondition(confusion.indices.contains(response), "responses are codes of the classes")
        self.weight += weight
        brier += weight * distribution.brierScore(response)
        confusion[response][distribution.mostProbableClass] += weight
        let set = distribution.predictionSet(Self.level)
        covered += set.contains(response) ? weight : 0
        expectedCovered += weight * set.reduce(0) { $0 + distribution.probabilities[$1] }
        ranked?.add(probability: distribution.probabilities[1], weight: weight, isSecond: response == 1)
    }

    func merged(_ other: ClassScoreSums) -> ClassScoreSums {
        var result = self
        result.rows += other.rows
        result.weight += other.weight
        result.logLikelihood += other.logLikelihood
        result.brier += other.brier
        result.covered += other.covered
        result.expectedCovered += other.expectedCovered
        for (row, weights) in other.confusion.enumerated() {
            for (column, weight) in weights.enumerated() { result.confusion[row][column] += weight }
        }
        if let own = other.ranked { result.ranked?.merge(own) }
        return result
    }
}
