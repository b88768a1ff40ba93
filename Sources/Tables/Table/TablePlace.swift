/// Where in a file something stands, as messages name it.
public struct TablePlace: Sendable, Equatable, ExpressibleByIntegerLiteral {
    public enum Unit: String, Sendable {
        /// Of text.
        case line
        /// Of an array, which has no lines.
        case row
    }

    public var unit: Unit
    /// From 1.
    public var number: Int

    public init(_ unit: Unit, _ number: Int) {
        self.unit = unit
        self.number = number
    }

    public init(integerLiteral line: Int) { self.init(.line, line) }
}

extension TablePlace: CustomStringConvertible {
    public var description: String { "\(unit) \(number)" }
}
