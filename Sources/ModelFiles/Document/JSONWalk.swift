import Foundation

/// A walk over a JSON text for what a decoder does not say: which key an object has twice, and where the numbers are.
///
/// Of a key that stands there twice some programs take the first value and others the last: two readers of one file would see
/// different models.
struct JSONWalk {
    private enum Level {
        case object(keys: Set<String>, key: String)
        case list(index: Int)
    }

    /// Of a path in a message, characters.
    private static let longestPath = 200

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var levels = [Level]()
    private var isKeyNext = false

    /// - Parameter bytes: a JSON text; of anything else nothing is found.
    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// The path of the first key that its object has already.
    mutating func duplicatedKey() -> String? {
        var result: String?
        while result == nil, step(duplicate: { result = $0 }, number: { _ in }) {}
        return result
    }

    /// Where the numbers are that not every type of number can hold, in their order; nil where they are more than `most`.
    mutating func unusualNumbers(atMost most: Int) -> [Range<Int>]? {
        var ranges = [Range<Int>]()
        var isFound = true
        while isFound {
            var range: Range<Int>?
            isFound = step(duplicate: { _ in }, number: { range = $0 })
            if let range, !Self.isUsual(bytes[range]) { ranges.append(range) }
            if ranges.count > most { return nil }
        }
        return ranges
    }

    /// The field of a number that begins there, as in `experts[1].gate[0]`.
    mutating func path(ofNumberAt start: Int) -> String {
        var isBefore = true
        while isBefore, step(duplicate: { _ in }, number: { isBefore = $0.lowerBound < start }) {}
        return path
    }

    /// Whole and positive, and of so few digits that every type has them.
    private static func isUsual(_ number: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        number.count < 16 && number.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    }

    private var path: String {
        var result = ""
        for level in levels where result.count < Self.longestPath {
            switch level {
            case .object(_, let key): result += (result.isEmpty ? "" : ".") + key.prefix(Self.longestPath)
            case .list(let index): result += "[\(index)]"
            }
        }
        return result.count < Self.longestPath ? result : result.prefix(Self.longestPath) + "…"
    }

    // MARK: Steps

    /// False at the end.
    private mutating func step(duplicate: (String) -> Void, number: (Range<Int>) -> Void) -> Bool {
        guard position < bytes.count else { return false }
        let byte = bytes[position]
        switch byte {
        case UInt8(ascii: "{"):
            levels.append(.object(keys: [], key: ""))
            isKeyNext = true
        case UInt8(ascii: "["):
            levels.append(.list(index: 0))
            isKeyNext = false
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            _ = levels.popLast()
            isKeyNext = false
        case UInt8(ascii: ","): separate()
        case UInt8(ascii: "\""):
            let text = string()
            if isKeyNext, !take(key: text) { duplicate(path) }
            isKeyNext = false
            return true
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            let start = position
            while position < bytes.count, Self.isOfNumber(bytes[position]) { position += 1 }
            number(start..<position)
            return true
        default: break
        }
        position += 1
        return true
    }

    private mutating func separate() {
        switch levels.last {
        case .list(let index)?: levels[levels.count - 1] = .list(index: index + 1)
        case .object?: isKeyNext = true
        case nil: break
        }
    }

    /// False where the object has it.
    private mutating func take(key text: Range<Int>) -> Bool {
        guard let last = levels.indices.last, case .object(var keys, _) = levels[last] else { return true }
        // A set that is held twice is copied with each key.
        levels[last] = .list(index: 0)
        let key = Self.unescaped(UnsafeBufferPointer(rebasing: bytes[text]))
        let isNew = keys.insert(key).inserted
        levels[last] = .object(keys: keys, key: key)
        return isNew
    }

    /// What stands between the quotation marks.
    private mutating func string() -> Range<Int> {
        position += 1
        let start = position
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        let end = min(position, bytes.count)
        position = end + 1
        return start..<end
    }

    private static func isOfNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    private static func unescaped(_ text: UnsafeBufferPointer<UInt8>) -> String {
        guard text.contains(UInt8(ascii: "\\")) else { return String(decoding: text, as: UTF8.self) }
        var units = [UInt16]()
        var rest = String(decoding: text, as: UTF8.self).utf16[...]
        while let unit = rest.popFirst() {
            guard unit == UInt16(UInt8(ascii: "\\")), let escaped = rest.popFirst() else {
                units.append(unit)
                continue
            }
            switch UInt8(truncatingIfNeeded: escaped) {
            case UInt8(ascii: "b"): units.append(8)
            case UInt8(ascii: "f"): units.append(12)
            case UInt8(ascii: "n"): units.append(10)
            case UInt8(ascii: "r"): units.append(13)
            case UInt8(ascii: "t"): units.append(9)
            case UInt8(ascii: "u"):
                units.append(UInt16(String(rest.prefix(4)) ?? "", radix: 16) ?? 0xFFFD)
                rest = rest.dropFirst(4)
            default: units.append(escaped)
            }
        }
        return String(decoding: units, as: UTF16.self)
    }
}
