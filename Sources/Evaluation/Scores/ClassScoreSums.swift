import MixtureOfExperts

/// The sums behind ``Scores`` where responses are classes.
struct ClassScoreSums: Sendable {
    /// Of the sets whose coverage is looked at.
    private static let level = 0.9

    var common = ScoreSums()
    var brier = 0.0
    /// [observed][most probable].
    var confusion: [[Double]]
    /// nil unless there are two classes.
    var ranked: RankedClasses?

    init(classCount: Int) {
        confusion = [[Double]](repeating: [Double](repeating: 0, count: classCount), count: classCount)
        ranked = classCount == 2 ? RankedClasses() : nil
    }

    func adding(_ mixture: some ConditionalMixture, _ part: ShardRows) -> ClassScoreSums {
        var result = self
        var common = result.common
        common.add(mixture, part) { prediction, row, weight in
            result.add(Int(part.responses[row]), prediction.classDistribution(row), weight: weight)
        }
        result.common = common
        return result
    }

    private mutating func add(
        _ response: Int, _ distribution: ClassDistribution, weight: Double
    ) -> (isCovered: Bool, promised: Double) {
        precondition(confusion.indices.contains(response), "responses are codes of the classes")
        brier += weight * distribution.brierScore(response)
        confusion[response][distribution.mostProbableClass] += weight
        ranked?.add(probability: distribution.probabilities[1], weight: weight, isSecond: response == 1)
        let set = distribution.predictionSet(Self.level)
        return (set.contains(response), set.reduce(0) { $0 + distribution.probabilities[$1] })
    }

    func merged(_ other: ClassScoreSums) -> ClassScoreSums {
        var result = self
        result.common.merge(other.common)
        result.brier += other.brier
        for (row, weights) in other.confusion.enumerated() {
            for (column, weight) in weights.enumerated() { result.confusion[row][column] += weight }
        }
        if let own = other.ranked { result.ranked?.merge(own) }
        return result
    }
}
