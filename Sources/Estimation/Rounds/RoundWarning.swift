import Messages

/// What a reader of an extra round has to know.
package enum RoundWarning: Sendable, Equatable, Codable, ExtensibleCode {
    /// One that this version of the program does not know.
    case ofLaterVersion(kind: String)
    case inconsistentSite(site: String, logLikelihoodPerRow: Double, median: Double, isExcluded: Bool)
    /// More than half of the weight of all sites.
    case dominantSite(site: String, share: Double)
    case duplicatedStatistics(first: String, second: String)
    /// The statistics are of far fewer rows than the model.
    case fewRows(rows: Int, of: Int)
    case logLikelihoodFell(from: Double, to: Double, sameSites: Bool)
    /// What a site withheld.
    case fromSite(site: String, warning: Coded<FitWarning>)
    case siteLeftOut(site: String, reason: Coded<EstimationError>)
    /// A site that answered with an error; in its own words.
    case siteFailed(site: String, message: String)
}

extension RoundWarning: DoorMessage {
    package func text(_ style: OptionStyle) -> String {
        switch self {
        case .ofLaterVersion(let kind):
            "warning '\(kind)' of a later version of the program: update dmoe to see what it says"
        case .inconsistentSite(let site, let score, let median, let isExcluded):
            "\(site) is \(isExcluded ? "left out as " : "")inconsistent (log-likelihood \(Format.short(score)) per row, the median site "
                + "\(Format.short(median))): check its units and columns; "
                + RequestOption.inconsistent.setting(isExcluded ? "keep" : "exclude", style)
                + (isExcluded ? " takes it in" : " leaves it out")
        case .dominantSite(let site, let share):
            "\(site) has \(Format.percent(share)) of the weight of all sites and decides the update: check its rows and weights; "
                + "\(RequestOption.largestShare.name(style)) bounds its share"
        case .duplicatedStatistics(let first, let second):
            "\(first) and \(second) are the same statistics: they count twice; give each site once"
        case .fewRows(let rows, let total):
            "these statistics are of \(Format.plural(rows, "row")), the model of \(Format.count(total)): it will follow the sites "
                + "that answered"
        case .logLikelihoodFell(let before, let now, let sameSites):
            "the log-likelihood fell from \(Format.number(before, digits: 6)) to \(Format.number(now, digits: 6)) per row since "
                + "the round before: "
                + (sameSites ? "the last update did harm: go back to the model before it" : "other sites answered")
        case .fromSite(let site, let warning):
            "\(site): \(warning.wrappedValue.text(style))"
        case .siteLeftOut(let site, let reason):
            "\(site) is left out of a round: \(reason.wrappedValue.text(style))"
        case .siteFailed(let site, let message):
            "\(site) is left out of a round: \(message)"
        }
    }
}
