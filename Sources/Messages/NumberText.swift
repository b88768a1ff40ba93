import Foundation

/// Numbers as text: the one place where they are written for people, and as labels.
package enum Format {
    /// As a label would be written: `3`, `0.5`, `1e+300`; empty if missing.
    package static func label(_ value: Double) -> String {
        if value.isNaN { return "" }
        if value == value.rounded(), abs(value) < 0x1p53 { return String(Int64(value)) }
        return String(value)
    }

    package static func number(_ value: Double, digits: Int) -> String {
        guard value.isFinite else { return value.description }
        // Beyond them digits are none of the number.
        return String(format: abs(value) < 1e15 ? "%.\(digits)f" : "%.\(digits + 4)g", value)
    }

    /// Four significant digits.
    package static func short(_ value: Double) -> String { value == 0 ? "0" : String(format: "%.4g", value) }

    /// With separators of thousands.
    package static func count(_ value: Int) -> String {
        let digits = String(value.magnitude)
        var groups = [Substring]()
        var rest = digits[...]
        while rest.count > 3 {
            groups.insert(rest.suffix(3), at: 0)
            rest = rest.dropLast(3)
        }
        groups.insert(rest, at: 0)
        return (value < 0 ? "-" : "") + groups.joined(separator: ",")
    }

    /// The first three of some names.
    package static func list(_ names: [String]) -> String {
        names.prefix(3).joined(separator: ", ") + (names.count > 3 ? " and \(names.count - 3) others" : "")
    }

    package static func seconds(_ value: Double) -> String { "\(number(value, digits: value < 10 ? 2 : 1)) s" }

    package static func probability(_ value: Double) -> String {
        value < 0.0001 ? "< 0.0001" : number(value, digits: 4)
    }

    package static func percent(_ share: Double) -> String { "\(number(100 * share, digits: 1)) %" }

    /// A share with no more digits than it has.
    package static func percentage(_ share: Double) -> String { String(format: "%.6g", 100 * share) + " %" }

    package static func plural(_ count: Int, _ noun: String) -> String {
        "\(self.count(count)) \(noun)\(count == 1 ? "" : "s")"
    }
}
