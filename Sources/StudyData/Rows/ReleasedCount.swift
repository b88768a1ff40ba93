/// A number of rows as a file has it: in a release small ones are suppressed.
package enum ReleasedCount: Sendable, Equatable, ExpressibleByIntegerLiteral {
    case exact(Int)
    /// From 1 to one less than this; in files `"<10"`.
    case below(Int)

    package init(integerLiteral value: Int) { self = .exact(value) }

    /// As far as it is known: 0 where it is suppressed.
    package var known: Int { if case .exact(let count) = self { count } else { 0 } }

    package var isZero: Bool { self == .exact(0) }

    /// As a release has it.
    package func released(minimum: Int) -> ReleasedCount {
        if case .exact(let count) = self, (1..<minimum).contains(count) { .below(minimum) } else { self }
    }

    /// Of two sites: what is suppressed adds nothing to what is known.
    package static func + (left: ReleasedCount, right: ReleasedCount) -> ReleasedCount {
        switch (left, right) {
        case (.below(let bound), .below(let other)): .below(bound + other)
        case (.below, .exact(0)): left
        case (.exact(0), .below): right
        default: .exact(left.known + right.known)
        }
    }

    package static func += (left: inout ReleasedCount, right: Int) { left = left + .exact(right) }

    /// Whether a file may have it.
    var isValid: Bool {
        switch self {
        case .exact(let count): (0...ReadingRecord.largestCount).contains(count)
        case .below(let bound): (2...ReadingRecord.largestCount).contains(bound)
        }
    }
}

extension ReleasedCount: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let text = try? container.decode(String.self) else {
            self = .exact(try container.decode(Int.self))
            return
        }
        guard text.first == "<", let bound = Int(text.dropFirst()), text == "<\(bound)" else {
            throw DecodingError.typeMismatch(
                Int.self, DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "no count"))
        }
        self = .below(bound)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .exact(let count): try container.encode(count)
        case .below(let bound): try container.encode("<\(bound)")
        }
    }
}
