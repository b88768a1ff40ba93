import Estimation

/// What the sites tell at one mixture, and what a coordinator does with it.
package struct ReleasedStatistics: Sendable {
    package private(set) var statistics = [RoundStatistics]()
    /// Of the sites, each with the name of its site.
    package private(set) var warnings = [String]()

    package init() {}

    package mutating func add(_ statistics: RoundStatistics, of site: String, warnings: [String]) {
        self.statistics.append(statistics)
        self.warnings += warnings.map { "\(site): \($0)" }
    }

    package mutating func leaveOut(_ site: String, reason: String) {
        warnings.append("\(site) is left out of a round: \(reason)")
    }

    /// Why the update that led here is to be taken back: it did harm to as many sites as it was made from.
    ///
    /// - Parameters:
    ///   - sites: that the update was made from.
    ///   - before: what they told before it.
    package func fall(
        after sites: Int, logLikelihoodPerRow before: Double, minRows: Double
    ) -> ExtraRounds.Ending? {
        guard sites == statistics.count, sites > 0 else { return nil }
        let weight = statistics.reduce(0) { $0 + $1.weight }
        let now = statistics.reduce(0) { $0 + $1.logLikelihood } / weight
        // A site that keeps something back rounds its log-likelihood.
        let rounding = warnings.isEmpty ? 0 : minRows * Double(sites) / weight
        return now < before - max(1e-9 * abs(before), rounding) ? .likelihoodFell(from: before, to: now) : nil
    }

    /// The next mixture.
    package func update(_ round: GeneralisedEMRound) throws(EstimationError) -> ExtraRounds.Round {
        ExtraRounds.Round(update: try round.update(statistics), sites: statistics.count, warnings: warnings)
    }
}
