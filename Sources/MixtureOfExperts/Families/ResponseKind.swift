/// What the responses of a family are.
package enum ResponseKind: Sendable, Equatable {
    case number
    case positiveNumber
    /// 0, 1, 2, …
    case count
    /// Coded 0, 1, 2, … in the order of these names.
    case classes([String])

    /// The names of the classes; nil for numbers.
    package var classes: [String]? { if case .classes(let names) = self { names } else { nil } }

    /// Whether a group may show one response alone, so that a slope has no finite maximum.
    package var isDiscrete: Bool { self == .count || classes != nil }

    /// Whether an exposure makes sense: the mean is a rate times it.
    package var takesExposure: Bool { self == .count || self == .positiveNumber }

    /// The terms of the log-density of a count y are y log y, its value is of the size of log y: beyond this what is left of them is
    /// rounding, 1e-4 and more, and may say that a probability is above 1.
    private static let largestCount = 1e10

    /// Whether a number can be a response.
    package func accepts(_ response: Double) -> Bool {
        switch self {
        case .number: response.isFinite
        case .positiveNumber: response > 0 && response.isFinite
        case .count: (0...Self.largestCount).contains(response) && response == response.rounded()
        case .classes(let names): response >= 0 && response < Double(names.count) && response == response.rounded()
        }
    }

    /// In words.
    package var requirement: String {
        switch self {
        case .number: "a finite number"
        case .positiveNumber: "a number above 0"
        case .count: "a whole number from 0 to 10^10"
        case .classes(let names): "one of the classes '\(names.joined(separator: "', '"))'"
        }
    }
}
