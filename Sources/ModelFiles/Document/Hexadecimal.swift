/// Bytes as text: two digits each, the small letters.
package enum Hexadecimal {
    private static let digits = Array("0123456789abcdef".utf8)

    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        var result = [UInt8]()
        result.reserveCapacity(2 * bytes.underestimatedCount)
        for byte in bytes {
            result.append(digits[Int(byte >> 4)])
            result.append(digits[Int(byte & 15)])
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Of words of 64 bits, the highest byte first.
    static func text(words: [UInt64]) -> String {
        text(words.lazy.flatMap { word in (0..<8).lazy.map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) } })
    }

    /// nil for other digits, or an odd number of them.
    package static func bytes(_ text: String) -> [UInt8]? {
        var result = [UInt8]()
        result.reserveCapacity(text.utf8.count / 2)
        var high: UInt8?
        for digit in text.utf8 {
            guard let value = value(digit) else { return nil }
            if let half = high {
                result.append(half << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return high == nil ? result : nil
    }

    /// nil for other digits, or a number of them that is no multiple of 16.
    static func words(_ text: String) -> [UInt64]? {
        guard let bytes = bytes(text), bytes.count.isMultiple(of: 8) else { return nil }
        return stride(from: 0, to: bytes.count, by: 8).map { start in
            bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
