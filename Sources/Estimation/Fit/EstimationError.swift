/// Why a shard cannot be fitted. Each description is one line that says what to do.
package enum EstimationError: Error, Sendable, Equatable, CustomStringConvertible {
    case constantResponse(target: String, value: Double)
    case unsuitableResponse(target: String, value: Double, family: String, requirement: String)
    case rareResponse(target: String, value: Double, minimum: Double)
    case tooFewRows(rows: Int, experts: Int, largest: Int)
    case noModelPossible(rows: Int, needed: Int)
    case tooFewReleasedRows(rows: Int, of: Int, needed: Int)
    case unusableStart(reason: String)
    case valuesTooLarge(column: String)
    case unusableStatistics(reason: String)
    case nothingHeldOut(rows: Int)
    case tooFewHeldOut(rows: Int, needed: Int)
    case noRounds(family: String)
    /// By ``FitOptions/cancellation``.
    case cancelled

    package var description: String {
        switch self {
        case .constantResponse(let target, let value):
            "target '\(target)' is \(value) in every row: there is nothing to learn; check --target and the rows"
        case .unsuitableResponse(let target, let value, let family, let requirement):
            "target '\(target)' is \(value) in a row, but \(family) experts need \(requirement): choose another --family or "
                + "correct the row"
        case .rareResponse(let target, let value, let minimum):
            "target '\(target)' differs from \(value) in fewer than \(Int(minimum)) rows, of which nothing may be told; "
                + "use more rows"
        case .tooFewRows(let rows, let experts, let largest):
            "\(rows) rows cannot carry \(experts) experts: use --experts \(largest)"
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
            "\(rows) rows held out are too few to tell their score, which needs \(needed): hold out a larger share"
        case .noRounds(let family):
            "extra rounds are for gaussian experts, these are \(family): the global model of one shot is the result"
        case .cancelled:
            "the fit was stopped before its end"
        case .unusableStatistics(let reason):
            "the statistics cannot be used: \(reason)"
        case .unusableStart(let reason):
            "the starting model does not fit: \(reason)"
        }
    }
}
