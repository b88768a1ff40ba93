import Messages
import Numerics

/// The few Python literals that occur in the header of a `.npy` array.
indirect enum NPYLiteral: Equatable {
    case string(String)
    /// A number, `True`, `False` or `None`.
    case word(String)
    /// A tuple or a list.
    case sequence([NPYLiteral])

    /// The entries of a dictionary whose keys are strings, such as `{'descr': '<f8', 'shape': (3, 2), }`.
    static func dictionary(_ text: String) throws(NPYHeader.Failure) -> [String: NPYLiteral] {
        var parser = NPYLiteralParser(text)
        return try parser.dictionary()
    }
}

private struct NPYLiteralParser {
    private var rest: Substring.UnicodeScalarView

    init(_ text: String) {
        rest = Substring(text).unicodeScalars
    }

    mutating func dictionary() throws(NPYHeader.Failure) -> [String: NPYLiteral] {
        var entries: [String: NPYLiteral] = [:]
        try expect("{")
        while !take("}") {
            guard case .string(let key) = try literal(depth: 0) else { throw unreadable }
            try expect(":")
            entries[key] = try literal(depth: 0)
            if !take(",") {
                try expect("}")
                break
            }
        }
        skipSpace()
        guard rest.isEmpty else { throw unreadable }
        return entries
    }

    private mutating func literal(depth: Int) throws(NPYHeader.Failure) -> NPYLiteral {
        // A bound on nesting, so that no file can exhaust the stack.
        guard depth < 16 else { throw unreadable }
        if take("'") { return try .string(string(closing: "'")) }
        if take("\"") { return try .string(string(closing: "\"")) }
        if take("(") { return try sequence(closing: ")", depth: depth) }
        if take("[") { return try sequence(closing: "]", depth: depth) }
        let word = rest.prefix { $0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "-" || $0 == "+" }
        guard !word.isEmpty else { throw unreadable }
        rest.removeFirst(word.count)
        return .word(String(word))
    }

    private mutating func sequence(closing: Unicode.Scalar, depth: Int) throws(NPYHeader.Failure) -> NPYLiteral {
        var items: [NPYLiteral] = []
        while !take(closing) {
            items.append(try literal(depth: depth + 1))
            if !take(",") {
                try expect(closing)
                break
            }
        }
        return .sequence(items)
    }

    private mutating func string(closing: Unicode.Scalar) throws(NPYHeader.Failure) -> String {
        let content = rest.prefix { $0 != closing }
        guard content.endIndex < rest.endIndex else { throw unreadable }
        rest = rest[rest.index(after: content.endIndex)...]
        return String(content)
    }

    private mutating func expect(_ scalar: Unicode.Scalar) throws(NPYHeader.Failure) {
        guard take(scalar) else { throw unreadable }
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        skipSpace()
        guard rest.first == scalar else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func skipSpace() {
        rest = rest.drop { $0.properties.isWhitespace }
    }

    private var unreadable: NPYHeader.Failure {
        NPYHeader.Failure(reason: "its header is not the dictionary NumPy writes; save the array again with np.save")
    }
}
