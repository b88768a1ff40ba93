import Foundation

/// An enumeration to which later versions of the program may add cases: a code that this one does not know says that it is one.
package protocol ExtensibleCode {
    /// - Parameter kind: the code.
    static func ofLaterVersion(kind: String) -> Self
}

/// A code that the enumeration does not have.
private struct UnknownCode: Error {
    var code: String
    var context: DecodingError.Context
}

/// A value of an enumeration as files hold it: one object, `{"code": "notConverged", "iterations": 500}`.
///
/// The code is the name of the case, the other keys are the labels of its payload in the order in which they are declared, so that a
/// payload must have labels. Swift's own form, `{"notConverged": {"iterations": 500}}`, is rewritten on the way.
@propertyWrapper
package struct Coded<Value: Codable>: Codable {
    package var wrappedValue: Value

    package init(wrappedValue: Value) { self.wrappedValue = wrappedValue }

    package init(_ value: Value) { wrappedValue = value }

    package init(from decoder: any Decoder) throws {
        do { wrappedValue = try Value(from: FlatDecoder(base: decoder)) } catch let unknown as UnknownCode {
            guard let value = (Value.self as? any ExtensibleCode.Type)?.ofLaterVersion(kind: unknown.code) as? Value
            else { throw DecodingError.dataCorrupted(unknown.context) }
            wrappedValue = value
        }
    }

    package func encode(to encoder: any Encoder) throws { try wrappedValue.encode(to: FlatEncoder(base: encoder)) }
}

extension Coded: Equatable where Value: Equatable {}
extension Coded: Sendable where Value: Sendable {}

/// A list of such values.
@propertyWrapper
package struct CodedList<Value: Codable>: Codable {
    package var wrappedValue: [Value]

    package init(wrappedValue: [Value]) { self.wrappedValue = wrappedValue }

    package init(from decoder: any Decoder) throws {
        wrappedValue = try [Coded<Value>](from: decoder).map(\.wrappedValue)
    }

    package func encode(to encoder: any Encoder) throws { try wrappedValue.map { Coded($0) }.encode(to: encoder) }
}

extension CodedList: Equatable where Value: Equatable {}
extension CodedList: Sendable where Value: Sendable {}

/// The name of a case.
package struct MessageCode: Decodable {
    package let code: String

    /// - Parameter value: of an enumeration.
    package init(_ value: some Codable) {
        let encoder = JSONEncoder()
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        let head = try? JSONDecoder().decode(Self.self, from: encoder.encode(Coded(value)))
        code = head?.code ?? ""
    }
}

private enum CodeKey: String, CodingKey { case code }

// MARK: Writing

private struct FlatEncoder: Encoder {
    let base: any Encoder
    var codingPath: [any CodingKey] { base.codingPath }
    var userInfo: [CodingUserInfoKey: Any] { base.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(FlatEncodingContainer(base: base))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer { base.unkeyedContainer() }
    func singleValueContainer() -> any SingleValueEncodingContainer { base.singleValueContainer() }
}

/// Takes the case as the code, and its payload into the same object.
private struct FlatEncodingContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let base: any Encoder
    var codingPath: [any CodingKey] { base.codingPath }

    private func note(_ key: Key) throws {
        var object = base.container(keyedBy: CodeKey.self)
        try object.encode(key.stringValue, forKey: .code)
    }

    mutating func nestedContainer<Inner: CodingKey>(
        keyedBy type: Inner.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Inner> {
        // A text can always be written.
        try? note(key)
        return base.container(keyedBy: type)
    }

    mutating func encodeNil(forKey key: Key) throws { try note(key) }
    mutating func encode(_ value: some Encodable, forKey key: Key) throws { try note(key) }

    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { base.unkeyedContainer() }
    mutating func superEncoder() -> any Encoder { base }
    mutating func superEncoder(forKey key: Key) -> any Encoder { base }
}

// MARK: Reading

private struct FlatDecoder: Decoder {
    let base: any Decoder
    var codingPath: [any CodingKey] { base.codingPath }
    var userInfo: [CodingUserInfoKey: Any] { base.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        let object = try base.container(keyedBy: CodeKey.self)
        let code = try object.decode(String.self, forKey: .code)
        guard let key = Key(stringValue: code) else {
            throw UnknownCode(
                code: code,
                context: DecodingError.Context(
                    codingPath: object.codingPath + [CodeKey.code], debugDescription: "the code '\(code)' is not known")
            )
        }
        return KeyedDecodingContainer(FlatDecodingContainer(base: base, key: key))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { try base.unkeyedContainer() }
    func singleValueContainer() throws -> any SingleValueDecodingContainer { try base.singleValueContainer() }
}

/// One case, with its payload in the same object.
private struct FlatDecodingContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let base: any Decoder
    let key: Key
    var codingPath: [any CodingKey] { base.codingPath }
    var allKeys: [Key] { [key] }

    func contains(_ key: Key) -> Bool { key.stringValue == self.key.stringValue }
    func decodeNil(forKey key: Key) throws -> Bool { false }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value { try Value(from: base) }

    func nestedContainer<Inner: CodingKey>(
        keyedBy type: Inner.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Inner> { try base.container(keyedBy: type) }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { try base.unkeyedContainer() }
    func superDecoder() throws -> any Decoder { base }
    func superDecoder(forKey key: Key) throws -> any Decoder { base }
}
