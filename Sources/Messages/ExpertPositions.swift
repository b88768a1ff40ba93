/// Experts that a message is about, from 0; files and texts count them from 1.
package struct ExpertPositions: Sendable, Equatable, Codable, ExpressibleByArrayLiteral, CustomStringConvertible {
    package var positions: [Int]

    package init(_ positions: [Int]) { self.positions = positions }

    package init(arrayLiteral elements: Int...) { positions = elements }

    package init(from decoder: any Decoder) throws {
        positions = try decoder.singleValueContainer().decode([Int].self).map { $0 - 1 }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(positions.map { $0 + 1 })
    }

    /// `1, 3`
    package var description: String { positions.map { String($0 + 1) }.joined(separator: ", ") }
}
