/// Which slopes of a global expert stay where lassos chose those of the local ones: a vote of the rows behind them.
///
/// A slope stays unless it is 0 in local experts that stand for half of the weight or more, among those whose slopes a lasso chose
/// and in whose rows the covariate varies. Errors of selection at single sites cancel in the vote, and what stays is fitted
/// again to all statistics, which shrinks nothing (Chen & Xie 2014 vote likewise over parts of one sample).
struct SlopeVote {
    private(set) var yes = 0.0
    private(set) var no = 0.0

    var isKept: Bool { no == 0 || yes > no }

    mutating func add(_ weight: Double, isZero: Bool) {
        if isZero { no += weight } else { yes += weight }
    }

    /// The coefficients that stay for an expert with these components; nil for all of them.
    static func keptCoefficients(_ mixture: LocalMixture, _ members: [Int]) -> [Int]? {
        let voters = members.filter { mixture.components[$0].selectsSlopes }
        let unknown = mixture.constantWithheldColumns(members)
        guard let first = voters.first ?? (unknown.isEmpty ? nil : members.first) else { return nil }
        let layout = mixture.design.expertLayout
        let all = mixture.components[first].expert.coefficients.indices
        let kept = all.filter { index in
            guard let covariate = layout.covariate(index) else { return true }
            let column = mixture.design.expertCovariates[covariate]
            if unknown.contains(column) { return false }
            var vote = SlopeVote()
            for voter in voters where mixture.components[voter].knows(column) {
                vote.add(
                    mixture.components[voter].moments.weight,
                    isZero: mixture.components[voter].expert.coefficients[index] == 0)
            }
            return vote.isKept
        }
        return kept.count < all.count ? kept : nil
    }
}
