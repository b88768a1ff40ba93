/// Experts that a message is about, from 0; files and texts count them from 1.
public struct ExpertPositions: Sendable, Equatable, Codable, ExpressibleByArrayLiteral, CustomStringConvertible {
    /// Indices of the experts, from 0.
    public var positions: [Int]

    package init(_ positions: [Int]) { self.positions = positions }

    /// Experts by their indices, from 0.
    public init(arrayLiteral elements: Int...) { positions = elements }

    /// Reads the numbers of the experts, from 1.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let numbers = try container.decode([Int].self)
        guard numbers.allSatisfy({ $0 >= 1 }) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "experts count from 1")
        }
        positions = numbers.map { $0 - 1 }
    }

    /// Writes the numbers of the experts, from 1.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(positions.map { $0 + 1 })
    }

    /// The numbers of the experts, from 1: `1, 3`.
    public var description: String { positions.map { String($0 + 1) }.joined(separator: ", ") }
}
