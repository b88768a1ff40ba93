import Messages

/// Why local models cannot be aggregated. Each text is one line that says what to do.
package enum AggregationError: Error, Sendable, Equatable, Codable {
    case noModels
    case disagreement(first: String, second: String, what: String)
    case tooManyExperts(asked: Int, components: Int)
    case supportTooSmall(rows: Int, needed: Int)
    case supportElsewhere(source: String)
    case numbersTooLarge(model: String)
    case differentExpertCounts(method: String, first: String, count: Int, second: String, otherCount: Int)

}

extension AggregationError: DoorMessage {
    package func text(_ style: OptionStyle) -> String {
        switch self {
        case .noModels:
            "no local model to aggregate"
        case .disagreement(let first, let second, let what):
            "\(first) and \(second) disagree on \(what): fit all sites with the same target and covariates"
        case .tooManyExperts(let asked, let components):
            "\(asked) experts asked of \(components) local experts in all: use "
                + "\(RequestOption.experts.setting(components, style)) or fewer"
        case .numbersTooLarge(let model):
            "the numbers of \(model) are too large to be squared: fit that site anew, in other units"
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
