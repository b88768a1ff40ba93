/// Where in a file a value is, as messages name it.
public struct TablePlace: Sendable, Equatable, ExpressibleByIntegerLiteral {
    /// What is counted.
    public enum Unit: String, Sendable {
        /// Lines of text.
        case line
        /// Rows of an array, which has no lines.
        case row
    }

    /// What is counted: lines or rows.
    public var unit: Unit
    /// The number of the line or row, from 1.
    public var number: Int

    package init(_ unit: Unit, _ number: Int) {
        self.unit = unit
        self.number = number
    }

    /// The line of a number, from 1.
    public init(integerLiteral line: Int) { self.init(.line, line) }
}

extension TablePlace: CustomStringConvertible {
    /// `line 3`, `row 3`.
    public var description: String { "\(unit) \(number)" }
}
