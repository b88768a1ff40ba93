import MixtureOfExperts

/// Experts without parameters in an aggregation: equal ones of all sites are one, and no other belongs to them.
extension Expert {
    /// Finite, so that sums of costs stay numbers, and above that of any divergence.
    private static let farthest = 1e90
    /// Of two experts with parameters beside such.
    static let farthestRegression = 1e80

    /// The divergence from an expert where either of the two has no parameters; nil where both have.
    func fixedCost(to other: Expert) -> Double? {
        guard fixed != nil || other.fixed != nil else { return nil }
        return fixed?.distribution == other.fixed?.distribution ? 0 : Self.farthest
    }
}

extension LocalMixture {
    /// Of all sites, each once, in the order of a model.
    var fixedExperts: [Expert] {
        components.map(\.expert).reduce(into: [Expert]()) { result, expert in
            if let fixed = expert.fixed, !result.contains(where: { $0.fixed == fixed }) { result.append(expert) }
        }.sorted(by: Expert.fixedPrecedes)
    }

    /// Components with parameters.
    var regressions: [Int] { components.indices.filter { components[$0].expert.fixed == nil } }
}

extension Contribution {
    /// In words, how the ranges of noise of two local models differ; nil where they are the same, or one has none.
    static func noiseDifference(_ left: MixtureModel, _ right: MixtureModel) -> String? {
        guard let first = left.fixedDistributions.first(where: \.isNoise),
            let second = right.fixedDistributions.first(where: \.isNoise), first != second
        else { return nil }
        return "the range of noise, which a study gives to all sites"
    }
}
