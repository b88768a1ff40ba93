/// Decimal numbers in bytes, rounded exactly as C's `strtod` rounds them, whatever the locale.
package enum CSVNumber {
    /// The number at `start` and the place after it, or nil if no decimal number begins there.
    ///
    /// As with `strtod` the longest prefix that is a number counts, so `1e` reads as 1 and ends before the `e`.
    @inline(__always)
    static func scan(
        _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int
    ) -> (value: Double, next: Int)? {
        guard start < end else { return nil }
        let isNegative = bytes[start] == UInt8(ascii: "-")
        var digits = Digits(next: isNegative || bytes[start] == UInt8(ascii: "+") ? start + 1 : start)
        digits.scan(bytes, to: end)
        let wholeCount = digits.count
        var exponent = 0
        if digits.next < end, bytes[digits.next] == UInt8(ascii: ".") {
            digits.next += 1
            digits.scan(bytes, to: end)
            exponent = wholeCount - digits.count
        }
        guard digits.count > 0 else { return nil }
        if digits.next < end, bytes[digits.next] | 0x20 == UInt8(ascii: "e"),
            let (power, next) = scanExponent(bytes, from: digits.next + 1, to: end)
        {
            exponent += power
            digits.next = next
        }
        let magnitude = magnitude(
            digits, exponent: exponent, of: UnsafeBufferPointer(rebasing: bytes[start..<digits.next]))
        return (isNegative ? -magnitude : magnitude, digits.next)
    }

    /// A run of decimal digits read so far; `mantissa` is exact as long as at most 19 of them are significant.
    private struct Digits {
        var next: Int
        var count = 0
        var significant = 0
        var mantissa: UInt64 = 0

        @inline(__always)
        mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>, to end: Int) {
            let first = next
            while next < end {
                let digit = UInt64(bytes[next] &- UInt8(ascii: "0"))
                guard digit < 10 else { break }
                mantissa = mantissa &* 10 &+ digit
                significant &+= significant | Int(truncatingIfNeeded: digit) == 0 ? 0 : 1
                next &+= 1
            }
            count += next - first
        }
    }

    private static func scanExponent(
        _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int
    ) -> (power: Int, next: Int)? {
        var next = start
        guard next < end else { return nil }
        let isNegative = bytes[next] == UInt8(ascii: "-")
        if isNegative || bytes[next] == UInt8(ascii: "+") { next += 1 }
        let first = next
        var power = 0
        while next < end, case let digit = bytes[next] &- UInt8(ascii: "0"), digit < 10 {
            // Held far beyond any exponent that a fraction's length could bring back into range.
            if power < 1_000_000_000_000_000 { power = power * 10 + Int(digit) }
            next += 1
        }
        return next > first ? (isNegative ? -power : power, next) : nil
    }

    @inline(__always)
    private static func magnitude(_ digits: Digits, exponent: Int, of bytes: UnsafeBufferPointer<UInt8>) -> Double {
        if digits.significant == 0 { return 0 }
        guard digits.significant <= 19 else { return longValue(digits, exponent: exponent, of: bytes) }
        guard digits.mantissa <= 1 << 53, -22...22 ~= exponent else {
            return rounded(digits.mantissa, exponent: exponent)
        }
        // Both operands are exact, so the one operation rounds once.
        let power = exactPowers[abs(exponent)]
        return exponent < 0 ? Double(digits.mantissa) / power : Double(digits.mantissa) * power
    }

    /// The number by its first 19 significant digits if the others cannot matter: if one more in the last of the 19
    /// rounds to the same double.
    @inline(never)
    private static func longValue(_ digits: Digits, exponent: Int, of bytes: UnsafeBufferPointer<UInt8>) -> Double {
        var first: UInt64 = 0
        for byte in bytes {
            let digit = byte &- UInt8(ascii: "0")
            if digit < 10 { first = first * 10 + UInt64(digit) }
            if first >= 1_000_000_000_000_000_000 { break }
        }
        let rest = exponent + digits.significant - 19
        let below = rounded(first, exponent: rest)
        return below == rounded(first + 1, exponent: rest) ? below : slowValue(bytes).magnitude
    }

    /// The standard library's conversion: correctly rounded, independent of the locale, and slow.
    @inline(never)
    private static func slowValue(_ bytes: UnsafeBufferPointer<UInt8>) -> Double {
        Double(String(decoding: bytes, as: UTF8.self)) ?? .nan
    }

    static let exactPowers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]
}
