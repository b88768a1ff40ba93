import MixtureOfExperts

/// The shares of sites in a total weight, and the bound that they may be given.
package enum SiteShares {
    /// Above it a site decides more than all others together.
    private static let half = 0.5
    /// Of two sites one always has, but for a tie: worth a word where it has half as much again as the other.
    private static let mostOfTwo = 0.6

    /// What each weight has to be multiplied by, at most 1, so that none is more than a given share of all after it.
    ///
    /// The largest weights are lowered to one level t with t = largest · Σ min(w, t). With the m largest lowered and R the sum of the
    /// others, t = largest · R / (1 - largest · m); m is the first for which no other weight is above t. Where the share is at or below
    /// that of equal weights, all are lowered to the smallest.
    package static func factors(_ weights: [Double], largest: Double) -> [Double] {
        let sorted = weights.sorted(by: >)
        guard let least = sorted.last else { return [] }
        var level = least
        var rest = weights.reduce(0, +)
        for (lowered, weight) in sorted.enumerated() {
            let remaining = 1 - largest * Double(lowered)
            guard remaining > 0 else { break }
            let candidate = largest * rest / remaining
            if weight <= candidate {
                // With none lowered every weight is below its share already.
                level = lowered == 0 ? sorted[0] : max(candidate, least)
                break
            }
            rest -= weight
        }
        return weights.map { $0 > level ? level / $0 : 1 }
    }

    /// The site with more than half of the weight, of two with at least three fifths.
    package static func dominant(_ sites: [(name: String, weight: Double)]) -> (name: String, share: Double)? {
        let total = sites.reduce(0) { $0 + $1.weight }
        guard sites.count > 1, total > 0 else { return nil }
        return sites.map { (name: $0.name, share: $0.weight / total) }
            .first { $0.share >= (sites.count == 2 ? mostOfTwo : half.nextUp) }
    }
}

extension [Contribution] {
    /// With the weights of sites that have a larger share of all lowered to it.
    ///
    /// What their estimates err by stays what it is.
    func withShares(upTo largest: Double?) -> [Contribution] {
        guard let largest else { return self }
        return zip(self, SiteShares.factors(map(\.fitted.weight), largest: largest)).map { site, factor in
            guard factor < 1 else { return site }
            var result = site
            result.fitted = site.fitted.scaled(by: factor)
            result.fitted.errors = site.fitted.errors
            return result
        }
    }
}
