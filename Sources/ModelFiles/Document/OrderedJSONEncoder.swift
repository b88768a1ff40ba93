import Messages

/// Writes `Encodable` values as JSON for people: keys in the order in which a type encodes them, arrays of numbers on
/// lines of their own filled to a width, numbers in the shortest form that reads back exactly.
///
/// Foundation's encoder keeps no order of keys and puts every number of an array on a line.
package struct OrderedJSONEncoder {
    package init() {}

    /// - Throws: `EncodingError` for a number that is not finite.
    package func encode(_ value: some Encodable) throws -> String {
        var text = ""
        try Node.encoded(value, at: []).write(to: &text, indentation: 0)
        return text + "\n"
    }
}

private indirect enum Node {
    case scalar(String)
    case array([Node])
    case object([(key: String, value: Node)])

    private static let lineWidth = 120

    static func encoded(_ value: some Encodable, at path: [any CodingKey]) throws -> Node {
        switch value {
        case let number as Double:
            guard number.isFinite else {
                throw EncodingError.invalidValue(
                    number, EncodingError.Context(codingPath: path, debugDescription: "the number is not finite"))
            }
            return .scalar(number.description)
        case let number as Float: return try encoded(Double(number.description) ?? .nan, at: path)
        case let text as String: return .scalar(quoted(text))
        case let flag as Bool: return .scalar(flag ? "true" : "false")
        case let number as any FixedWidthInteger: return .scalar("\(number)")
        default:
            let encoder = NodeEncoder(codingPath: path)
            try value.encode(to: encoder)
            return encoder.box.node()
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    func write(to text: inout String, indentation: Int) throws {
        switch self {
        case .scalar(let scalar): text += scalar
        case .array(let elements): try writeArray(elements, to: &text, indentation: indentation)
        case .object(let members):
            guard !members.isEmpty else {
                text += "{}"
                return
            }
            text += "{"
            for (index, member) in members.enumerated() {
                text += index == 0 ? "\n" : ",\n"
                text += String(repeating: " ", count: indentation + 2) + Self.quoted(member.key) + ": "
                try member.value.write(to: &text, indentation: indentation + 2)
            }
            text += "\n" + String(repeating: " ", count: indentation) + "}"
        }
    }

    private func writeArray(_ elements: [Node], to text: inout String, indentation: Int) throws {
        let inner = String(repeating: " ", count: indentation + 2)
        let scalars = elements.compactMap { if case .scalar(let scalar) = $0 { scalar } else { nil } }
        guard scalars.count == elements.count else {
            text += "["
            for (index, element) in elements.enumerated() {
                text += (index == 0 ? "\n" : ",\n") + inner
                try element.write(to: &text, indentation: indentation + 2)
            }
            text += "\n" + String(repeating: " ", count: indentation) + "]"
            return
        }
        let line = "[" + scalars.joined(separator: ", ") + "]"
        let used = text.utf8.reversed().prefix { $0 != UInt8(ascii: "\n") }.count
        // One more for the comma that may follow.
        if used + line.utf8.count < Self.lineWidth {
            text += line
            return
        }
        text += "[\n" + inner
        var column = inner.utf8.count
        for (index, scalar) in scalars.enumerated() {
            let piece = scalar + (index + 1 < scalars.count ? "," : "")
            if column + piece.utf8.count + 1 > Self.lineWidth {
                text += "\n" + inner
                column = inner.utf8.count
            } else if index > 0 {
                text += " "
                column += 1
            }
            text += piece
            column += piece.utf8.count
        }
        text += "\n" + String(repeating: " ", count: indentation) + "]"
    }
}

/// What an encoder has collected so far.
private final class Box {
    var scalar: Node?
    var elements: [Box]?
    var members: [(key: String, value: Box)]?

    init(_ scalar: Node? = nil) { self.scalar = scalar }

    func node() -> Node {
        if let scalar { return scalar }
        if let elements { return .array(elements.map { $0.node() }) }
        return .object((members ?? []).map { ($0.key, $0.value.node()) })
    }
}

private struct NodeEncoder: Encoder {
    let box = Box()
    var codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        box.members = box.members ?? []
        return KeyedEncodingContainer(KeyedContainer(box: box, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        box.elements = box.elements ?? []
        return UnkeyedContainer(box: box, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        SingleContainer(box: box, codingPath: codingPath)
    }
}

private struct KeyedContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let box: Box
    var codingPath: [any CodingKey]

    /// A missing value is left out.
    mutating func encodeNil(forKey key: Key) {}

    mutating func encode(_ value: some Encodable, forKey key: Key) throws {
        box.members?.append((key.stringValue, Box(try Node.encoded(value, at: codingPath + [key]))))
    }

    private func nested(_ key: Key) -> NodeEncoder {
        let encoder = NodeEncoder(codingPath: codingPath + [key])
        box.members?.append((key.stringValue, encoder.box))
        return encoder
    }

    mutating func nestedContainer<Inner: CodingKey>(
        keyedBy type: Inner.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Inner> { nested(key).container(keyedBy: type) }

    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        nested(key).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder { NodeEncoder(codingPath: codingPath) }
    mutating func superEncoder(forKey key: Key) -> any Encoder { nested(key) }
}

private struct UnkeyedContainer: UnkeyedEncodingContainer {
    let box: Box
    var codingPath: [any CodingKey]
    var count: Int { box.elements?.count ?? 0 }

    mutating func encodeNil() { box.elements?.append(Box(.scalar("null"))) }

    mutating func encode(_ value: some Encodable) throws {
        box.elements?.append(Box(try Node.encoded(value, at: codingPath)))
    }

    private func nested() -> NodeEncoder {
        let encoder = NodeEncoder(codingPath: codingPath)
        box.elements?.append(encoder.box)
        return encoder
    }

    mutating func nestedContainer<Inner: CodingKey>(keyedBy type: Inner.Type) -> KeyedEncodingContainer<Inner> {
        nested().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { nested().unkeyedContainer() }
    mutating func superEncoder() -> any Encoder { nested() }
}

private struct SingleContainer: SingleValueEncodingContainer {
    let box: Box
    var codingPath: [any CodingKey]

    mutating func encodeNil() { box.scalar = .scalar("null") }

    mutating func encode(_ value: some Encodable) throws { box.scalar = try Node.encoded(value, at: codingPath) }
}
