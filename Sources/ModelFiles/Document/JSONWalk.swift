import Foundation

/// A walk over a JSON text for what a decoder does not say: which key an object has twice, and where the numbers are.
///
/// Of a key that stands there twice some programs take the first value and others the last: two readers of one file would see
/// different models.
struct JSONWalk {
    /// A number, and the path of its field as in `experts[1].gate[0]`.
    struct Number {
        var path: String
        var range: Range<Int>
    }

    private enum Level {
        case object(keys: Set<String>, key: String)
        case list(index: Int)
    }

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

    /// The numbers that not every type of number can hold, in their order.
    mutating func unusualNumbers() -> [Number] {
        var ranges = [Number]()
        var isFound = true
        while isFound {
            var range: Range<Int>?
            isFound = step(duplicate: { _ in }, number: { range = $0 })
            if let range, !Self.isUsual(bytes[range]) { ranges.append(Number(path: path, range: range)) }
        }
        return ranges
    }

    /// Whole and positive, and of so few digits that every type has them.
    private static func isUsual(_ number: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        number.count < 16 && number.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    }

    private var path: String {
        levels.reduce("") { path, level in
            switch level {
            case .object(_, let key): path.isEmpty ? key : path + "." + key
            case .list(let index): path + "[\(index)]"
            }
        }
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
        guard case .object(var keys, _)? = levels.popLast() else { return true }
        let key = Self.unescaped(UnsafeBufferPointer(rebasing: bytes[text]))
        let isNew = keys.insert(key).inserted
        levels.append(.object(keys: keys, key: key))
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
        let plain = String(decoding: text, as: UTF8.self)
        guard text.contains(UInt8(ascii: "\\")) else { return plain }
        return (try? JSONDecoder().decode(String.self, from: Data("\"\(plain)\"".utf8))) ?? plain
    }
}
