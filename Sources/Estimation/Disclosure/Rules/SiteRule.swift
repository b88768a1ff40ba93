import Messages
import MixtureOfExperts

/// How many sites stand behind the statistics of a released global expert: whoever knows those of all sites but one has those of that one.
package struct SiteRule: Sendable, Equatable {
    /// With ten effective rows of the expert or more each.
    package var leastSites: Int

    /// - Parameter leastSites: nil for the usual number.
    package init(leastSites: Int? = nil) { self.leastSites = leastSites ?? Self.usualLeastSites }

    package static let usualLeastSites = OptionBounds.usualLeastSites
    /// What one site may have of the rows of an expert, for the others must hide it.
    ///
    /// The rule of dominance (Hundepool et al. 2012, *Statistical
    /// disclosure control*, section 4.2).
    package static let largestShare = 0.85
    private static let leastRows = 10.0

    /// What a site has of an expert.
    package struct Part: Sendable {
        package var weight: Double
        package var effectiveRows: Double

        /// - Parameters:
        ///   - parts: experts of the site that became the global one.
        ///   - share: of these rows.
        package init(_ parts: [Moments], share: Double = 1) {
            let squares = parts.reduce(0) { $0 + $1.squaredWeight }
            let total = parts.reduce(0) { $0 + $1.weight }
            weight = share * total
            effectiveRows = squares > 0 ? share * total * total / squares : 0
        }
    }

    /// Whether the statistics of an expert may be released.
    package func allows(_ parts: [Part]) -> Bool {
        let largest = parts.map(\.weight).max() ?? 0
        return parts.count { $0.effectiveRows >= Self.leastRows } >= leastSites
            && largest <= Self.largestShare * parts.reduce(0) { $0 + $1.weight }
    }
}
