import StudyData

/// How large and how small the numbers of a file may be, by what they are.
///
/// Tables hold values up to 1e100 and weights from 1e-100 to 1e100, so that parameters and means of honest files keep to the same
/// bound, and sums of squares and variances to its square. What is computed from them stays finite: a linear predictor is a sum of
/// parameters times values, 1e200 each; a merge of moments multiplies two weights, 1e200, or a weight by a squared difference of
/// means, 1e300, which leaves room for sums over 10⁷ terms below 1.8e308. Fourth powers are taken in pooled standard units alone,
/// where an aggregation asks for 1e75.
enum FieldBounds {
    /// Parameters, means, standard errors, log-likelihoods.
    case value
    /// Sums of weights: 0, or from 1e-100.
    case weight
    /// Sums of products of two values, or of squared weights.
    case square
    /// Variances.
    case variance
    /// Parts of a whole that are counted: integers that JSON holds exactly.
    case count

    static let largestSquare = 1e200
    static let largestCount = 1 << 53

    func contains(_ number: Double) -> Bool {
        switch self {
        case .value: abs(number) <= RowSelection.largestValue
        case .weight: RowSelection.isUsableWeight(number)
        case .square: abs(number) <= Self.largestSquare
        case .variance: (1 / Self.largestSquare...Self.largestSquare).contains(number)
        case .count: (0...Double(Self.largestCount)).contains(number) && number == number.rounded()
        }
    }

    /// After the name of the field.
    var reason: String {
        switch self {
        case .value: "holds a number beyond 1e100"
        case .weight: "must be 0, or from 1e-100 to 1e100"
        case .square: "holds a number beyond 1e200"
        case .variance: "must be from 1e-200 to 1e200"
        case .count: "must be from 0 to 2^53"
        }
    }
}

/// Refuses what a field of a file cannot hold, by the name of file and field.
struct FieldCheck {
    let source: String
    /// Of the fields, such as `experts[1].`.
    var prefix = ""

    func refusal(_ field: String, _ reason: String) -> ModelFileError {
        .invalidValue(path: source, field: prefix + field, reason: reason)
    }

    func require(_ condition: Bool, _ field: String, _ reason: @autoclosure () -> String) throws(ModelFileError) {
        if !condition { throw refusal(field, reason()) }
    }

    func number(_ value: Double, _ field: String, _ bounds: FieldBounds) throws(ModelFileError) {
        try require(bounds.contains(value), field, bounds.reason)
    }

    func count(_ value: Int, _ field: String) throws(ModelFileError) {
        try require((0...FieldBounds.largestCount).contains(value), field, FieldBounds.count.reason)
    }

    func numbers(_ values: [Double], _ expected: Int, _ field: String, _ bounds: FieldBounds) throws(ModelFileError) {
        try require(values.count == expected, field, "has \(values.count) numbers, not \(expected)")
        try require(values.allSatisfy(\.isFinite), field, "holds a number that is not finite")
        try require(values.allSatisfy(bounds.contains), field, bounds.reason)
    }

    func nested(_ field: String) -> FieldCheck { FieldCheck(source: source, prefix: prefix + field + ".") }
}
