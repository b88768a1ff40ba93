import MixtureOfExperts

extension MarginalRecord {
    /// More than any column is cut into.
    private static let mostBins = 128
    /// Of a standard deviation: what rounding may move a mean by.
    private static let rounding = 0.1
    /// Standard errors of a mean, where marginals are of a sample of the rows.
    private static let errors = 5.0
    private static let fewestRowsOfBin = 10.0

    /// - Parameters:
    ///   - mean: of the covariate by the moments of the expert.
    ///   - deviation: likewise.
    func validate(mean: Double, deviation: Double, _ check: FieldCheck) throws(ModelFileError) {
        let count = means.count
        try check.require((2...Self.mostBins).contains(count), "means", "must be 2 to \(Self.mostBins) numbers")
        try check.numbers(means, count, "means", .value)
        try check.require(zip(means, means.dropFirst()).allSatisfy { $0 <= $1 }, "means", "must ascend")
        if let shares {
            try check.numbers(shares, count, "shares", .value)
            try check.require(shares.allSatisfy { $0 > 0 }, "shares", "must be positive")
            try check.require(
                abs(shares.reduce(0, +) - 1) <= 1e-5 * Double(count), "shares", "do not sum to 1")
        } else {
            try check.require(
                values == nil && Marginal.shares(count: count) != nil, "shares", "are missing")
        }
        let atoms = values ?? []
        try check.require(
            atoms.allSatisfy(means.indices.contains) && Set(atoms).count == atoms.count, "values",
            "names a bin that does not exist, or is duplicated")
        let own = marginal
        // Of a small expert at a large site the sample has few rows: ten for each bin at least.
        let looseness = Self.rounding + Self.errors / (Self.fewestRowsOfBin * Double(count)).squareRoot()
        try check.require(
            abs(own.mean - mean) <= looseness * deviation + 1e-6 * abs(mean), "means",
            "have another mean than the statistics")
        let spread = own.variance.squareRoot()
        try check.require(
            spread <= (1 + looseness) * deviation + 1e-6 * abs(mean), "means",
            "vary more than the statistics say")
    }
}

extension ModelFile {
    /// Marginals against the moments of their experts.
    func validateMarginals(_ expert: ExpertRecord, _ check: FieldCheck) throws(ModelFileError) {
        guard let marginals = expert.marginals else { return }
        guard let moments = expert.statistics?.moments else {
            throw check.refusal("marginals", "have no place without statistics")
        }
        try check.require(
            marginals.count == covariates.count, "marginals",
            "has \(marginals.count) entries, not \(covariates.count)")
        for (column, marginal) in marginals.enumerated() {
            guard let marginal else { continue }
            let variance = moments.weight > 0 ? moments.scatter[column, column] / moments.weight : 0
            try marginal.validate(
                mean: moments.mean[column], deviation: variance.squareRoot(), check.nested("marginals[\(column)]"))
        }
    }
}
