import StudyData

/// Bytes that are known by their hexadecimal digits, and are these in files.
package protocol HexadecimalText: Hashable, Sendable, Codable {
    /// What a field that is none should hold.
    static var requirement: String { get }

    var text: String { get }

    /// nil for what is none.
    init?(_ text: String)
}

extension HexadecimalText {
    package init(from decoder: any Decoder) throws {
        guard let value = Self(try decoder.singleValueContainer().decode(String.self)) else {
            throw StudyFieldProblem.error(decoder.codingPath, Self.requirement)
        }
        self = value
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
