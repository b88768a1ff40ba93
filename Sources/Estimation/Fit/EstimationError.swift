import Messages
import MixtureOfExperts

/// Why rows cannot be fitted or summed up.
///
/// Each text is one line that says what to do.
public enum EstimationError: Error, Sendable, Equatable, Codable {
    /// The response has one value in every row.
    case constantResponse(target: String, value: Double)
    /// Responses that differ by no more than their rounding, or whose squared differences are 0.
    case responsesTooClose(target: String)
    /// A response that the family cannot have.
    case unsuitableResponse(target: String, value: Double, family: String)
    /// All responses but fewer than `minimum` have one value; those rows are withheld.
    case rareResponse(target: String, value: Double, minimum: Double)
    /// The rows do not support so many experts; `largest` is the number that they support.
    case tooFewRows(rows: Int, experts: Int, largest: Int)
    /// The rows do not support a single expert, which needs `needed` of them.
    case noModelPossible(rows: Int, needed: Int)
    /// The rows weigh so unequally that they tell no more than `rows` of equal weight, fewer than `needed`.
    case unequalWeights(rows: Int, needed: Int)
    /// Too few rows are left without those that the threshold rule withholds.
    case tooFewReleasedRows(rows: Int, of: Int, needed: Int)
    /// A starting model with another target, other covariates or another family.
    case startOfAnotherDesign
    /// A starting model with another number of experts.
    case startOfAnotherSize(experts: Int, asked: Int)
    /// Values of a column whose squares are out of range.
    case valuesTooLarge(column: String)
    /// There are no statistics to update a model with.
    case noStatistics
    /// Statistics of a mixture with another number of experts or of covariates.
    case statisticsOfAnotherShape
    /// A sum of the statistics is not finite.
    case statisticsTooLarge
    /// The share held out leaves no rows to fit or none to score.
    case nothingHeldOut(rows: Int)
    /// Fewer rows are held out than the threshold rule needs to release their score.
    case tooFewHeldOut(rows: Int, needed: Int)
    /// The fit was stopped by ``Cancellation/request()``.
    case cancelled
}

extension EstimationError: DoorMessage {
    /// One line that says what to do, with options spelled as the interface has them.
    public func text(_ style: OptionStyle) -> String {
        switch self {
        case .constantResponse(let target, let value):
            "target '\(target)' is \(Format.label(value)) in every row: there is nothing to learn; check "
                + "\(RequestOption.target.name(style)) and the rows"
        case .responsesTooClose(let target):
            "values of target '\(target)' differ by too little to be distinguished: change its unit or take away what they have in common"
        case .unsuitableResponse(let target, let value, let family):
            "target '\(target)' is \(Format.label(value)) in one of the rows, but \(family) experts need \(Self.requirement(family)): choose "
                + "another \(RequestOption.family.name(style)) or correct the row"
        case .rareResponse(let target, let value, let minimum):
            "target '\(target)' differs from \(Format.label(value)) in fewer than \(Format.label(minimum)) rows, which are withheld; use more rows"
        case .tooFewRows(let rows, let experts, let largest):
            "\(rows) rows cannot support \(experts) experts: use \(RequestOption.experts.setting(largest, style))"
                + (largest > 1 ? " or fewer" : "") + ", or fewer covariates"
        case .noModelPossible(let rows, let needed):
            "\(rows == 1 ? "1 row is" : "\(rows) rows are") too few for a single expert, which needs \(needed): use more rows or "
                + "fewer covariates"
        case .unequalWeights(let rows, let needed):
            "the rows weigh so unequally that they tell no more than \(rows) of equal weight, and a single expert needs \(needed): "
                + "correct \(RequestOption.weights.name(style))"
        case .tooFewReleasedRows(let rows, let total, let needed):
            "without the rows of values and classes that too few rows have, \(rows) of \(total) are left, too few for a single "
                + "expert, which needs \(needed): merge rare levels, or use fewer covariates"
        case .valuesTooLarge(let column):
            "values of column '\(column)' are too large to be squared, or differ by too little beside the others: correct them or change the "
                + "unit"
        case .nothingHeldOut(let rows):
            "the share to hold out of \(rows) rows leaves none on one side: choose another"
        case .tooFewHeldOut(let rows, let needed):
            "\(rows) rows held out are too few to release their score, which needs \(needed): hold out a larger share"
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
