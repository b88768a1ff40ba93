import Messages

/// Why local models cannot be aggregated.
///
/// Each text is one line that says what to do.
public enum AggregationError: Error, Sendable, Equatable, Codable {
    /// There is no local model.
    case noModels
    /// Two local models whose target, covariates or family differ; `what` says in words which.
    case disagreement(first: String, second: String, what: String)
    /// More global experts than local ones in all.
    case tooManyExperts(asked: Int, components: Int)
    /// Fewer support points than the experts need.
    case supportTooSmall(rows: Int, needed: Int)
    /// A support whose covariates do not overlap those of the sites.
    case supportElsewhere(source: String)
    /// A local model with numbers whose squares are out of range.
    case numbersTooLarge(model: String)
    /// A local model that cannot be of its rows, and no other is left.
    case impossibleModel(model: String, reason: ImpossibleModel)
    /// Sites that would be like the others if one thing about their numbers were undone.
    case damagedSites([DamagedSite])
    /// A method that averages expert by expert, and two local models with different numbers of experts.
    case differentExpertCounts(method: String, first: String, count: Int, second: String, otherCount: Int)
}

/// A site, and what seems to have happened to its numbers.
public struct DamagedSite: Sendable, Equatable, Codable {
    /// The name of the site.
    public var site: String
    /// What, undone, would make it like the others.
    public var damage: LikelyDamage

    package init(site: String, damage: LikelyDamage) {
        self.site = site
        self.damage = damage
    }
}

extension AggregationError: DoorMessage {
    /// One line that says what to do, with options spelled as the interface has them.
    public func text(_ style: OptionStyle) -> String {
        switch self {
        case .noModels:
            "no local model to aggregate"
        case .disagreement(let first, let second, let what):
            "\(first) and \(second) disagree on \(what): fit all sites with the same target and covariates"
        case .tooManyExperts(let asked, let components):
            "\(asked) experts asked of \(components) local experts in all: use "
                + "\((style == .estimator ? RequestOption.globalExperts : .experts).setting(components, style)) or fewer"
        case .numbersTooLarge(let model):
            "the numbers of \(model) are too large to be squared: fit that site anew, in other units"
        case .impossibleModel(let model, let reason):
            "\(model) is impossible: \(reason.text(style)); fit it anew"
        case .damagedSites(let sites):
            sites.map { "\($0.site): \($0.damage.text(style))" }.joined(separator: "; ")
                + ": mend \(sites.count == 1 ? "it there and fit it" : "them there and fit them") anew, or say what is to become of "
                + (sites.count == 1 ? "it" : "them") + ": "
                + RequestOption.inconsistent.setting(InconsistentSiteRule.exclude.rawValue, style) + " or "
                + InconsistentSiteRule.keep.rawValue
        case .differentExpertCounts(let method, let first, let count, let second, let otherCount):
            "\(method) averages expert by expert, but \(first) has \(count) and \(second) \(otherCount): use another method"
        case .supportTooSmall(let rows, let needed):
            "the support has \(rows) rows, the experts need at least \(needed): give more rows, or leave "
                + "\(RequestOption.support.name(style)) out"
        case .supportElsewhere(let source):
            "the support (covariates of \(source)) does not overlap the covariates of the sites: check its units and columns, or leave "
                + "\(RequestOption.support.name(style)) out"
        }
    }
}
