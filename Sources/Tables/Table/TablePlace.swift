/// Where in a file something stands, as messages name it.
package struct TablePlace: Sendable, Equatable, ExpressibleByIntegerLiteral {
    package enum Unit: String, Sendable {
        /// Of text.
        case line
        /// Of an array, which has no lines.
        case row
    }

    package var unit: Unit
    /// From 1.
    package var number: Int

    package init(_ unit: Unit, _ number: Int) {
        self.unit = unit
        self.number = number
    }

    package init(integerLiteral line: Int) { self.init(.line, line) }
}

extension TablePlace: CustomStringConvertible {
    package var description: String { "\(unit) \(number)" }
}
