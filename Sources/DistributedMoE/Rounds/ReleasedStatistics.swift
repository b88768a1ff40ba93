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

    /// What led to the mixture that the statistics were taken at.
    package struct Before: Sendable {
        /// That the update was made from.
        package var sites: Int
        /// What they released before it.
        package var logLikelihoodPerRow: Double
        package var promise: StepPromise?

        package init(sites: Int, logLikelihoodPerRow: Double, promise: StepPromise? = nil) {
            self.sites = sites
            self.logLikelihoodPerRow = logLikelihoodPerRow
            self.promise = promise
        }

        fileprivate var update: GeneralisedEMRound.LastUpdate {
            GeneralisedEMRound.LastUpdate(logLikelihoodPerRow: logLikelihoodPerRow, promise: promise)
        }
    }

    /// What becomes of a round.
    package enum Outcome: Sendable {
        /// The next mixture, and how it was made.
        case updated(ExtraRounds.Round)
        /// The last update did no harm, and no further one was asked for.
        case kept
        /// The last update did harm: the mixture before it is to be kept.
        case takenBack(ExtraRounds.Ending)
        /// The sites release too little for an update.
        case ended(ExtraRounds.Ending)
    }

    /// - Parameters:
    ///   - round: at the mixture that the statistics were taken at.
    ///   - before: nil in the first round.
    ///   - isLast: whether the sites were asked only in order to see if the last update did harm.
    ///   - largestShare: of a site in the weight of all; nil for no bound.
    ///   - isJointAllowed: false where the joint step from these statistics did harm.
    package func outcome(
        of round: GeneralisedEMRound, after before: Before?, isLast: Bool, largestShare: Double? = nil,
        isJointAllowed: Bool = true
    ) -> Outcome {
        if let before, let fall = fall(after: before, minRows: round.options.minRows) { return .takenBack(fall) }
        if isLast { return .kept }
        do throws(EstimationError) {
            let update = try round.update(
                statistics.withShares(upTo: largestShare), after: before?.update, isJointAllowed: isJointAllowed)
            return .updated(ExtraRounds.Round(update: update, sites: statistics.count, warnings: warnings))
        } catch { return .ended(.nothingReleased(reason: Coded(error))) }
    }

    /// Whether the update did harm to as many sites as it was made from.
    private func fall(after before: Before, minRows: Double) -> ExtraRounds.Ending? {
        guard before.sites == statistics.count, before.sites > 0 else { return nil }
        let weight = statistics.reduce(0) { $0 + $1.weight }
        let now = statistics.reduce(0) { $0 + $1.logLikelihood } / weight
        // A site that withholds something rounds its log-likelihood to multiples of the threshold: two standard deviations of what the
        // difference of two sums of them errs by. The most that it can err by would let several falls in a row pass.
        let withheld = warnings.isEmpty ? 0 : 2 * minRows * (Double(before.sites) / 6).squareRoot() / weight
        // Half a standard error, up to 1.6 times as coarse, at each site: the same of a difference.
        let squares = statistics.filter(\.isRounded).flatMap(\.moments).reduce(0) { $0 + $1.squaredWeight }
        let rounded = 0.8 * squares.squareRoot() / weight
        let slack = max(1e-9 * abs(before.logLikelihoodPerRow), withheld + rounded)
        return now < before.logLikelihoodPerRow - slack
            ? .likelihoodFell(from: before.logLikelihoodPerRow, to: now) : nil
    }
}

extension [RoundStatistics] {
    /// With the weights of sites that have a larger share of all lowered to it.
    func withShares(upTo largest: Double?) -> [RoundStatistics] {
        guard let largest else { return self }
        return zip(self, SiteShares.factors(map(\.weight), largest: largest)).map { $0.scaled(by: $1) }
    }
}
