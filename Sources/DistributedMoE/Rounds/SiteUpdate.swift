import Messages
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
    private let isRobust: Bool

    /// - Parameter isRobust: leaves out sites that the model does not describe at all.
    package init(_ sites: [Site], isRobust: Bool) {
        self.sites = sites
        self.isRobust = isRobust
    }

    /// In nats a row below the median site: a site that the model describes so badly is broken, and would spoil the model.
    private static let leastFall = 10.0
    /// To the multiple of which such a site rounds its log-likelihood, unless it was told to keep back more.
    private static let usualMinRows = 10

    /// The next model, with what is to be said in its last round.
    ///
    /// - Parameter global: what `previous` holds; the statistics were taken at it.
    package func next(after previous: ModelFile, _ global: FittedMixture) throws(EstimationError) -> ModelFile {
        let round = GeneralisedEMRound(at: global, options: FitOptions(expertCount: global.model.expertCount))
        let (kept, broken) = withoutInconsistent
        let update = try round.update(kept.map(\.statistics.statistics))
        let warnings =
            broken + repeated + Self.suppress(of: kept, previous)
            + Self.fall(to: update.logLikelihoodPerRow, of: kept, after: previous)
        return ModelFile(update, after: previous, sites: kept.count, warnings: warnings)
    }

    private var withoutInconsistent: (kept: [Site], warnings: [String]) {
        guard isRobust, sites.count > 2 else { return (sites, []) }
        let scores = sites.map { $0.statistics.logLikelihood / $0.statistics.weight }
        let median = scores.sorted()[scores.count / 2]
        let isInconsistent = scores.map { $0 < median - Self.leastFall }
        let warnings = zip(sites, zip(scores, isInconsistent)).filter(\.1.1).map { site, found in
            "\(site.name) is left out as broken (log-likelihood \(Format.short(found.0)) a row, the median site "
                + "\(Format.short(median))): check its units and columns; --no-robust takes it in"
        }
        return (zip(sites, isInconsistent).filter { !$0.1 }.map(\.0), warnings)
    }

    private var repeated: [String] {
        sites.enumerated().compactMap { index, site in
            sites[..<index].first { $0.statistics == site.statistics }.map { first in
                "\(first.name) and \(site.name) are the same statistics: they count twice; give each site once"
            }
        }
    }

    private static func suppress(of kept: [Site], _ previous: ModelFile) -> [String] {
        let told = kept.reduce(0) { $0 + $1.statistics.rows }
        guard 2 * told < previous.rows else { return [] }
        return [
            "these statistics speak of \(Format.plural(told, "row")), the model of \(Format.count(previous.rows)): it will "
                + "follow the sites that answered"
        ]
    }

    private static func fall(to now: Double, of kept: [Site], after previous: ModelFile) -> [String] {
        guard let last = previous.rounds?.last else { return [] }
        // A site that keeps something back rounds its log-likelihood.
        let rounded = kept.filter { !$0.statistics.warnings.isEmpty }.count
        let slack = Double(rounded * usualMinRows) / kept.reduce(0) { $0 + $1.statistics.weight }
        let before = last.logLikelihoodPerRow
        guard now < before - max(1e-12 * abs(before), slack) else { return [] }
        let cause =
            kept.count == last.sites
            ? "the last update did harm: go back to the model before it" : "other sites answered"
        return [
            "the log-likelihood fell from \(Format.number(before, digits: 6)) to \(Format.number(now, digits: 6)) a row since "
                + "the round before: \(cause)"
        ]
    }
}
