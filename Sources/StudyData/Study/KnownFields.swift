import Messages

/// The fields of an object in a file that people or others write: none that is not known, and in words what one should hold.
package struct KnownFields<Key: CodingKey & CaseIterable> {
    private let container: KeyedDecodingContainer<Key>

    private struct AnyKey: CodingKey {
        let stringValue: String
        let intValue: Int?

        init(stringValue: String) { (self.stringValue, intValue) = (stringValue, nil) }
        init?(intValue: Int) { (stringValue, self.intValue) = ("\(intValue)", intValue) }
    }

    package init(_ decoder: any Decoder) throws {
        container = try decoder.container(keyedBy: Key.self)
        let known = Key.allCases.map(\.stringValue)
        let all = try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue).sorted()
        if let unknown = all.first(where: { !known.contains($0) }) {
            throw Self.problem(
                decoder.codingPath + [AnyKey(stringValue: unknown)],
                "is not known; known are \(known.joined(separator: ", "))")
        }
    }

    package func value<Value: Decodable>(_ key: Key) throws -> Value { try container.decode(Value.self, forKey: key) }

    package func optional<Value: Decodable>(_ key: Key) throws -> Value? {
        try container.decodeIfPresent(Value.self, forKey: key)
    }

    package func choice<Value: RawRepresentable & CaseIterable>(_ key: Key) throws -> Value?
    where Value.RawValue == String {
        try container.decodeIfPresent(String.self, forKey: key).map { try named($0, key) }
    }

    package func requiredChoice<Value: RawRepresentable & CaseIterable>(
        _ key: Key
    ) throws -> Value where Value.RawValue == String {
        try named(container.decode(String.self, forKey: key), key)
    }

    private func named<Value: RawRepresentable & CaseIterable>(
        _ text: String, _ key: Key
    ) throws -> Value where Value.RawValue == String {
        guard let value = Value(rawValue: text) else {
            let known = Value.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
            throw Self.problem(container.codingPath + [key], "\(text.quoted) is none of \(known)")
        }
        return value
    }

    private static func problem(_ path: [any CodingKey], _ reason: String) -> DecodingError {
        StudyFieldProblem.error(path, reason)
    }
}

/// What is wrong with one field of a study, in words.
package struct StudyFieldProblem: Error {
    package var reason: String

    package init(reason: String) { self.reason = reason }

    /// - Parameter path: of the field.
    package static func error(_ path: [any CodingKey], _ reason: String) -> DecodingError {
        .dataCorrupted(
            DecodingError.Context(
                codingPath: path, debugDescription: reason, underlyingError: StudyFieldProblem(reason: reason)))
    }
}
