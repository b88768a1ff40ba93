import Messages
import MixtureOfExperts

/// Why a shard cannot be fitted. Each text is one line that says what to do.
package enum EstimationError: Error, Sendable, Equatable, Codable {
    case constantResponse(target: String, value: Double)
    case unsuitableResponse(target: String, value: Double, family: String)
    case rareResponse(target: String, value: Double, minimum: Double)
    case tooFewRows(rows: Int, experts: Int, largest: Int)
    case noModelPossible(rows: Int, needed: Int)
    case tooFewReleasedRows(rows: Int, of: Int, needed: Int)
    /// A starting model with another target, other covariates or another family.
    case startOfAnotherDesign
    case startOfAnotherSize(experts: Int, asked: Int)
    case valuesTooLarge(column: String)
    case noStatistics
    case statisticsOfAnotherShape
    case statisticsTooLarge
    case nothingHeldOut(rows: Int)
    case tooFewHeldOut(rows: Int, needed: Int)
    case noRounds(family: String)
    /// By ``FitOptions/cancellation``.
    case cancelled
}

extension EstimationError: DoorMessage {
    package func text(_ style: OptionStyle) -> String {
        switch self {
        case .constantResponse(let target, let value):
            "target '\(target)' is \(Format.label(value)) in every row: there is nothing to learn; check "
                + "\(RequestOption.target.name(style)) and the rows"
        case .unsuitableResponse(let target, let value, let family):
            "target '\(target)' is \(Format.label(value)) in one of the rows, but \(family) experts need \(Self.requirement(family)): choose "
                + "another \(RequestOption.family.name(style)) or correct the row"
        case .rareResponse(let target, let value, let minimum):
            "target '\(target)' differs from \(Format.label(value)) in fewer than \(Int(minimum)) rows, which are withheld; use more rows"
        case .tooFewRows(let rows, let experts, let largest):
            "\(rows) rows cannot support \(experts) experts: use \(RequestOption.experts.setting(largest, style))"
                + (largest > 1 ? " or fewer" : "") + ", or fewer covariates"
        case .noModelPossible(let rows, let needed):
            "\(rows == 1 ? "1 row is" : "\(rows) rows are") too few for a single expert, which needs \(needed): use more rows or "
                + "fewer covariates"
        case .tooFewReleasedRows(let rows, let total, let needed):
            "without the rows of values and classes that too few rows have, \(rows) of \(total) are left, too few for a single "
                + "expert, which needs \(needed): merge rare levels, or use fewer covariates"
        case .valuesTooLarge(let column):
            "values of column '\(column)' are too large to be squared: correct them or change the unit"
        case .nothingHeldOut(let rows):
            "the share to hold out of \(rows) rows leaves none on one side: choose another"
        case .tooFewHeldOut(let rows, let needed):
            "\(rows) rows held out are too few to release their score, which needs \(needed): hold out a larger share"
        case .noRounds(let family):
            "extra rounds are for gaussian experts, these are \(family): the global model of one shot is the result"
        case .cancelled:
            "the fit was stopped before its end"
        case .noStatistics:
            "the statistics cannot be used: there are none"
        case .statisticsOfAnotherShape:
            "the statistics cannot be used: they are those of a mixture of another shape"
        case .statisticsTooLarge:
            "the statistics cannot be used: a sum of them is not finite; look for values that are too large"
        case .startOfAnotherDesign:
            "the starting model does not fit: its target, covariates or family differ"
        case .startOfAnotherSize(let experts, let asked):
            "the starting model does not fit: it has \(experts) experts, not \(asked)"
        }
    }

    private static func requirement(_ family: String) -> String {
        ExpertFamilies.named(family)?.response.requirement ?? "one of the classes"
    }
}
