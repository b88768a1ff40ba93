/// The numbers of a JSON text, and its lists of numbers, each by the path that leads to it.
struct NumberFields {
    struct Field {
        /// `experts[0].statistics.mean[2]`.
        var path: String
        var range: Range<Int>
        var isList: Bool

        /// The same for all elements of a list: `experts[].statistics.mean[]`.
        var kind: String { path.replacing(/\[\d+\]/, with: "[]") }
    }

    let bytes: [UInt8]
    private(set) var fields: [Field] = []
    private var position = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
        value("")
    }

    func text(replacing field: Field, with value: String) -> String {
        String(
            decoding: bytes[..<field.range.lowerBound] + Array(value.utf8) + bytes[field.range.upperBound...],
            as: UTF8.self)
    }

    func text(of field: Field) -> String { String(decoding: bytes[field.range], as: UTF8.self) }

    // MARK: Scanning

    private mutating func skipBlanks() {
        while position < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[position]) { position += 1 }
    }

    private mutating func value(_ path: String) {
        skipBlanks()
        switch bytes[position] {
        case UInt8(ascii: "{"): object(path)
        case UInt8(ascii: "["): list(path)
        case UInt8(ascii: "\""): _ = string()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            let start = position
            while !",]} \n\t\r".utf8.contains(bytes[position]) { position += 1 }
            fields.append(Field(path: path, range: start..<position, isList: false))
        default: while !",]} \n\t\r".utf8.contains(bytes[position]) { position += 1 }
        }
    }

    private mutating func object(_ path: String) {
        position += 1
        skipBlanks()
        while bytes[position] != UInt8(ascii: "}") {
            let key = string()
            skipBlanks()
            position += 1
            value(path.isEmpty ? key : path + "." + key)
            skipSeparator()
        }
        position += 1
    }

    private mutating func list(_ path: String) {
        let start = position
        let before = fields.count
        position += 1
        skipBlanks()
        var index = 0
        while bytes[position] != UInt8(ascii: "]") {
            value("\(path)[\(index)]")
            index += 1
            skipSeparator()
        }
        position += 1
        let own = fields[before...].filter { !$0.isList && !$0.path.dropFirst(path.count).contains(".") }
        if own.count == index, index > 0 {
            fields.append(Field(path: path, range: start..<position, isList: true))
        }
    }

    private mutating func skipSeparator() {
        skipBlanks()
        if bytes[position] == UInt8(ascii: ",") { position += 1 }
        skipBlanks()
    }

    private mutating func string() -> String {
        skipBlanks()
        let start = position + 1
        position = start
        while bytes[position] != UInt8(ascii: "\"") { position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1 }
        defer { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }
}

/// What a hostile site writes in place of a number or of a list of numbers.
enum Extremes {
    static let numbers = [
        "0", "-0.0", "-1", "5e-324", "1e-300", "1e-30", "1e30", "1e300", "1.7976931348623157e308", "-1e30",
        "9007199254740992", "9007199254740994", "9223372036854775808", "-9223372036854775808", "1e400", "\"NaN\"",
        "null",
        "0.5",
    ]

    /// Of the text of a list.
    static func lists(_ text: String) -> [(name: String, text: String)] {
        let elements = text.dropFirst().dropLast().split(separator: ",")
        return [
            ("null", "null"), ("[]", "[]"), ("one fewer", "[" + elements.dropLast().joined(separator: ",") + "]"),
            ("one more", "[" + (elements + elements.suffix(1)).joined(separator: ",") + "]"),
            ("all the same", "[" + elements.map { _ in elements[0] }.joined(separator: ",") + "]"),
            ("reversed", "[" + elements.reversed().joined(separator: ",") + "]"),
        ]
    }
}
