import Foundation
import Messages

/// A CSV table in the making: RFC 4180 quoting, numbers in the shortest form that reads back exactly.
package struct CSVWriter: Sendable {
    private var text: String
    private let columnCount: Int

    package init(header: [String]) {
        text = header.map(Self.field).joined(separator: ",") + "\n"
        columnCount = header.count
    }

    /// Rows alone, to be joined with others under one header.
    package init(columnCount: Int) {
        text = ""
        self.columnCount = columnCount
    }

    /// Whole numbers lose their ".0".
    package enum Field: Sendable {
        case number(Double)
        case text(String)
    }

    /// - Parameter row: one value a column; nil for an empty field.
    package mutating func append(_ row: [Double?]) { append(row.map { $0.map(Field.number) }) }

    /// - Parameter row: one value a column; nil for an empty field.
    package mutating func append(_ row: [Field?]) {
        precondition(row.count == columnCount, "one value a column")
        for (index, value) in row.enumerated() {
            if index > 0 { text += "," }
            switch value {
            case .number(let number): text += Format.label(number)
            case .text(let content): text += Self.field(content)
            case nil: break
            }
        }
        text += "\n"
    }

    package var contents: String { text }

    private static func field(_ text: String) -> String {
        let special = text.contains { $0 == "," || $0 == "\"" || $0.isNewline }
        return special ? "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : text
    }
}
