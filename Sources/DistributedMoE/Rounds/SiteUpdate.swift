import Aggregation
import Estimation
import MixtureOfExperts
import ModelFiles

/// One update of a global model from the statistics files of sites: what the coordinator makes of what arrives.
package struct SiteUpdate: Sendable {
    package struct Site: Sendable {
        package var name: String
        package var statistics: StatisticsFile

        package init(name: String, statistics: StatisticsFile) {
            self.name = name
            self.statistics = statistics
        }
    }

    private let sites: [Site]
    private let inconsistentSites: InconsistentSiteRule
    private let largestShare: Double?

    /// - Parameters:
    ///   - inconsistentSites: what becomes of sites that the model does not describe at all.
    ///   - largestShare: of a site in the weight of all; nil for no bound.
    package init(_ sites: [Site], inconsistentSites: InconsistentSiteRule, largestShare: Double? = nil) {
        self.sites = sites
        self.inconsistentSites = inconsistentSites
        self.largestShare = largestShare
    }

    /// In nats per row below the median site: a site that the model describes so badly is inconsistent, and would spoil the model.
    private static let leastFall = 10.0
    /// To the multiple of which such a site rounds its log-likelihood, unless it was asked to withhold more.
    private static let usualMinRows = FitChoices.usualThreshold

    /// The next model, with what is to be said in its last round.
    ///
    /// - Parameter global: what `previous` holds; the statistics were taken at it.
    /// - Throws: ``EstimationError`` where the statistics make no model.
    package func next(after previous: ModelFile, _ global: FittedMixture) throws(EstimationError) -> ModelFile {
        var options = FitOptions(expertCount: global.model.expertCount)
        options.siteRule = previous.siteRule
        let round = GeneralisedEMRound(at: global, options: options)
        let (kept, inconsistent) = examined(global.model)
        let counted = kept.map(\.statistics.statistics).withShares(upTo: largestShare)
        let last = previous.rounds?.last.map {
            GeneralisedEMRound.LastUpdate(logLikelihoodPerRow: $0.logLikelihoodPerRow, promise: $0.promise)
        }
        let update = try round.update(counted, after: last)
        let warnings =
            inconsistent + Self.dominant(zip(kept, counted).map { ($0.name, $1.weight) }) + repeated
            + Self.fewRows(of: kept, previous)
            + Self.fall(to: update.logLikelihoodPerRow, of: kept, after: previous)
        return ModelFile(update, after: previous, sites: kept.count, warnings: warnings)
    }

    /// By the log-likelihood that a site reports, or the most that its moments allow where that is less.
    private func examined(_ model: MixtureModel) -> (kept: [Site], warnings: [RoundWarning]) {
        guard sites.count > 2 else { return (sites, []) }
        let scores = sites.map { site in
            let reported = site.statistics.logLikelihood / site.statistics.weight
            return min(reported, site.statistics.statistics.largestLogLikelihoodPerRow(at: model) ?? reported)
        }
        let median = scores.sorted()[scores.count / 2]
        let isInconsistent = scores.map { $0 < median - Self.leastFall }
        let warnings = zip(sites, zip(scores, isInconsistent)).filter(\.1.1).map { site, found in
            RoundWarning.inconsistentSite(
                site: site.name, logLikelihoodPerRow: found.0, median: median,
                isExcluded: inconsistentSites == .exclude)
        }
        guard inconsistentSites == .exclude else { return (sites, warnings) }
        return (zip(sites, isInconsistent).filter { !$0.1 }.map(\.0), warnings)
    }

    static func dominant(_ sites: [(name: String, weight: Double)]) -> [RoundWarning] {
        SiteShares.dominant(sites).map { [.dominantSite(site: $0.name, share: $0.share)] } ?? []
    }

    private var repeated: [RoundWarning] {
        sites.enumerated().compactMap { index, site in
            sites[..<index].first { $0.statistics.isSame(as: site.statistics) }.map { first in
                .duplicatedStatistics(first: first.name, second: site.name)
            }
        }
    }

    private static func fewRows(of kept: [Site], _ previous: ModelFile) -> [RoundWarning] {
        let rows = kept.reduce(0) { $0 + $1.statistics.rows }
        return 2 * rows < previous.rows ? [.fewRows(rows: rows, of: previous.rows)] : []
    }

    private static func fall(to now: Double, of kept: [Site], after previous: ModelFile) -> [RoundWarning] {
        guard let last = previous.rounds?.last else { return [] }
        // A site that withholds something rounds its log-likelihood.
        let rounded = kept.filter { !$0.statistics.warnings.isEmpty }.count
        let slack = Double(rounded * usualMinRows) / kept.reduce(0) { $0 + $1.statistics.weight }
        let before = last.logLikelihoodPerRow
        guard now < before - max(1e-12 * abs(before), slack) else { return [] }
        return [.logLikelihoodFell(from: before, to: now, sameSites: kept.count == last.sites)]
    }
}
