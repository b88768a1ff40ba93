/// Which slopes of the global gate stay where lassos chose those of the local ones, and which expert is their reference.
///
/// A slope of the global gate stands between two experts. A site votes on it where it has local experts of both labels: for 0
/// where their gate slopes are equal, which they are to the last digit if a lasso set both to 0. Of all references the one is
/// taken that leaves the fewest slopes.
struct GateVote {
    /// The label that all slopes are against.
    let reference: Int
    /// By label, then gate covariate; those of the reference are no coefficients.
    let kept: [[Bool]]

    /// nil where no lasso chose gates, or every slope stays whatever the reference.
    init?(_ mixture: LocalMixture, labels: [Int], count: Int) {
        guard count > 1, mixture.sites.contains(where: { $0.selection?.gate == true }) else { return nil }
        let votes = Self.votes(mixture, labels, count)
        func zeros(_ reference: Int) -> Int {
            (0..<count).reduce(0) { sum, label in
                label == reference ? sum : sum + votes[label][reference].count { !$0.isKept }
            }
        }
        let numbers = (0..<count).map(zeros)
        guard let most = numbers.max(), most > 0, let best = numbers.lastIndex(of: most) else { return nil }
        reference = best
        kept = (0..<count).map { label in votes[label][best].map(\.isKept) }
    }

    /// [label][other label][gate covariate].
    private static func votes(_ mixture: LocalMixture, _ labels: [Int], _ count: Int) -> [[[SlopeVote]]] {
        let covariates = mixture.design.gateCovariates
        let none = covariates.map { _ in SlopeVote() }
        var result = [[[SlopeVote]]](repeating: [[SlopeVote]](repeating: none, count: count), count: count)
        for (site, members) in mixture.members.enumerated() where mixture.sites[site].selection?.gate == true {
            let gate = mixture.sites[site].model.gate.coefficients
            for first in members {
                for second in members where labels[second] != labels[first] {
                    let (own, other) = (mixture.components[first], mixture.components[second])
                    for (index, column) in covariates.enumerated() where own.knows(column) || other.knows(column) {
                        let isZero =
                            gate[index + 1, first - members.lowerBound] == gate[index + 1, second - members.lowerBound]
                        result[labels[first]][labels[second]][index].add(
                            own.moments.weight + other.moments.weight, isZero: isZero)
                    }
                }
            }
        }
        return result
    }

    /// The labels in an order with the reference last, the others as they are.
    func order(_ count: Int) -> [Int] { (0..<count).filter { $0 != reference } + [reference] }

    /// The free coefficients of the gate in that order, gate after gate, the intercept first.
    func freeCoefficients(_ count: Int) -> [Bool] {
        order(count).dropLast().flatMap { [true] + kept[$0] }
    }
}
