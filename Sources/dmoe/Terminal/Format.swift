import Foundation

/// Numbers for people.
enum Format {
    static func number(_ value: Double, digits: Int) -> String {
        guard value.isFinite else { return value.description }
        return String(format: "%.\(digits)f", value)
    }

    /// Four significant digits.
    static func short(_ value: Double) -> String { value == 0 ? "0" : String(format: "%.4g", value) }

    /// With separators of thousands.
    static func count(_ value: Int) -> String {
        let digits = String(abs(value))
        var groups = [Substring]()
        var rest = digits[...]
        while rest.count > 3 {
            groups.insert(rest.suffix(3), at: 0)
            rest = rest.dropLast(3)
        }
        groups.insert(rest, at: 0)
        return (value < 0 ? "-" : "") + groups.joined(separator: ",")
    }

    static func seconds(_ value: Double) -> String { "\(number(value, digits: value < 10 ? 2 : 1)) s" }

    static func percent(_ share: Double) -> String { "\(number(100 * share, digits: 1)) %" }

    /// A share with no more digits than it has.
    static func percentage(_ share: Double) -> String { String(format: "%.6g", 100 * share) + " %" }

    static func plural(_ count: Int, _ noun: String) -> String {
        "\(self.count(count)) \(noun)\(count == 1 ? "" : "s")"
    }
}

/// Columns of text under each other: the first to the left, the others to the right.
struct TextTable {
    private var rows: [[String]]

    init(header: [String]) { rows = [header] }

    mutating func append(_ row: [String]) { rows.append(row) }

    var text: String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + padding : padding + cell
            }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }
}
