/// Decimal numbers in bytes, rounded exactly as C's `strtod` rounds them, whatever the locale.
enum CSVNumber {
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
        let magnitude =
            quickValue(digits, exponent: exponent)
            ?? slowValue(UnsafeBufferPointer(rebasing: bytes[start..<digits.next])).magnitude
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
    private static func quickValue(_ digits: Digits, exponent: Int) -> Double? {
        if digits.significant == 0 { return 0 }
        guard digits.significant <= 19, -22...22 ~= exponent else { return nil }
        if digits.mantissa <= 1 << 53 {
            // Both operands are exact, so the one operation rounds once.
            let power = exactPowers[abs(exponent)]
            return exponent < 0 ? Double(digits.mantissa) / power : Double(digits.mantissa) * power
        }
        guard -19...19 ~= exponent else { return nil }
        return exponent < 0
            ? quotient(digits.mantissa, wholePowers[-exponent]) : product(digits.mantissa, wholePowers[exponent])
    }

    /// `a / b` rounded to nearest, ties to even, for whole `a` and `b` above zero.
    private static func quotient(_ a: UInt64, _ b: UInt64) -> Double {
        let (shiftA, shiftB) = (a.leadingZeroBitCount, b.leadingZeroBitCount)
        let (alignedA, alignedB) = (a << UInt64(shiftA), b << UInt64(shiftB))
        // At least 63 bits of the quotient, of which a Double takes 53: a bit below those can stand for the remainder.
        let (bits, remainder) = alignedB.dividingFullWidth((alignedA >> 1, alignedA << 63))
        return Double(bits | (remainder == 0 ? 0 : 1)) * powerOfTwo(shiftB - shiftA - 63)
    }

    /// `a * b` rounded to nearest, ties to even, for whole `a` and `b` above zero.
    private static func product(_ a: UInt64, _ b: UInt64) -> Double {
        let (high, low) = a.multipliedFullWidth(by: b)
        guard high > 0 else { return Double(low) }
        let shift = UInt64(high.leadingZeroBitCount)
        let bits = shift == 0 ? high : high << shift | low >> (64 - shift)
        return Double(bits | (low << shift == 0 ? 0 : 1)) * powerOfTwo(64 - Int(shift))
    }

    @inline(__always)
    private static func powerOfTwo(_ exponent: Int) -> Double {
        Double(sign: .plus, exponentBitPattern: UInt(1023 + exponent), significandBitPattern: 0)
    }

    /// The standard library's conversion: correctly rounded, independent of the locale, and slow.
    @inline(never)
    private static func slowValue(_ bytes: UnsafeBufferPointer<UInt8>) -> Double {
        Double(String(decoding: bytes, as: UTF8.self)) ?? .nan
    }

    private static let exactPowers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    private static let wholePowers: [UInt64] = [
        1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
        100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
        10_000_000_000_000_000, 100_000_000_000_000_000, 1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
    ]
}
