import MixtureOfExperts

extension FitWarning {
    /// The column that a rule made constant, in which experts, and why; all experts where they are nil.
    fileprivate var withheldColumn: (name: String, experts: [Int]?, reason: WithheldColumn)? {
        switch self {
        case .rareLevel(let name, _): (name, nil, .level)
        case .rareCovariate(let name, _): (name, nil, .usualValue)
        case .statisticsLeftOut(let name, let experts, _): (name, experts.positions, .usualValue)
        case .columnDominated(let name, let experts): (name, experts.positions, .dominated)
        default: nil
        }
    }
}

extension [FitWarning] {
    /// Of each of some experts the covariates that a rule made constant, where their statistics are so; empty where there are none.
    package func withheldColumns(of covariates: [String], _ moments: [Moments]) -> [[Int: WithheldColumn]] {
        let found = compactMap(\.withheldColumn)
        guard !found.isEmpty else { return [] }
        var result = moments.map { _ in [Int: WithheldColumn]() }
        for (name, experts, reason) in found {
            guard let column = covariates.firstIndex(of: name) else { continue }
            for expert in experts ?? [Int](moments.indices)
            where moments.indices.contains(expert) && moments[expert].scatter[column, column] == 0 {
                result[expert][column] = reason
            }
        }
        return result.contains { !$0.isEmpty } ? result : []
    }
}
