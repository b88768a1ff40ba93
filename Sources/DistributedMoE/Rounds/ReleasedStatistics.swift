import Aggregation
import Estimation
import Messages

/// What the sites release at one mixture, and what a coordinator does with it.
package struct ReleasedStatistics: Sendable {
    package private(set) var statistics = [RoundStatistics]()
    package private(set) var warnings = [RoundWarning]()

    package init() {}

    package mutating func add(_ statistics: RoundStatistics, of site: String, warnings: [FitWarning]) {
        self.statistics.append(statistics)
        self.warnings += warnings.map { .fromSite(site: site, warning: Coded($0)) }
    }

    package mutating func leaveOut(_ site: String, reason: EstimationError) {
        warnings.append(.siteLeftOut(site: site, reason: Coded(reason)))
    }

    /// - Parameter message: in the words of the site.
    package mutating func leaveOut(_ site: String, message: String) {
        warnings.append(.siteFailed(site: site, message: message))
    }

    /// Why the update that led here is to be taken back: it did harm to as many sites as it was made from.
    ///
    /// - Parameters:
    ///   - sites: that the update was made from.
    ///   - before: what they released before it.
    package func fall(
        after sites: Int, logLikelihoodPerRow before: Double, minRows: Double
    ) -> ExtraRounds.Ending? {
        guard sites == statistics.count, sites > 0 else { return nil }
        let weight = statistics.reduce(0) { $0 + $1.weight }
        let now = statistics.reduce(0) { $0 + $1.logLikelihood } / weight
        // A site that withholds something rounds its log-likelihood.
        let rounding = warnings.isEmpty ? 0 : minRows * Double(sites) / weight
        return now < before - max(1e-9 * abs(before), rounding) ? .likelihoodFell(from: before, to: now) : nil
    }

    /// The next mixture.
    ///
    /// - Parameter largestShare: of a site in the weight of all; nil for no bound.
    package func update(
        _ round: GeneralisedEMRound, largestShare: Double? = nil
    ) throws(EstimationError) -> ExtraRounds.Round {
        ExtraRounds.Round(
            update: try round.update(statistics.withShares(upTo: largestShare)), sites: statistics.count,
            warnings: warnings)
    }
}

extension [RoundStatistics] {
    /// With the weights of sites that have a larger share of all lowered to it.
    func withShares(upTo largest: Double?) -> [RoundStatistics] {
        guard let largest else { return self }
        return zip(self, SiteShares.factors(map(\.weight), largest: largest)).map { $0.scaled(by: $1) }
    }
}
