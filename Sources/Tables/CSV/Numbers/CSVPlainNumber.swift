/// Plain decimals - sign, digits, point, digits - read eight bytes at a time.
///
/// Anything else, exponents and more than 19 digits among it, is left to ``CSVNumber``, which reads a byte at a time.
package struct CSVPlainNumber {
    /// So many bytes are looked at after the number's first one at the most.
    static let reach = 128

    /// The number, and what follows it.
    package let value: Double
    package let end: UnsafePointer<UInt8>

    /// - Parameter start: where ``reach`` bytes can be read.
    @inline(__always)
    package init?(at start: UnsafePointer<UInt8>, _ powersOfFive: UnsafePointer<UInt64>) {
        let isNegative = start.pointee == UInt8(ascii: "-")
        var digits = Digits(next: start + (isNegative ? 1 : 0))
        digits.readWord()
        guard digits.count > 0, digits.count <= 19 else { return nil }
        let magnitude: Double
        if digits.count <= 15 || digits.mantissa == 0 {
            // Both operands are exact, so the one operation rounds once.
            let whole = Double(Int64(truncatingIfNeeded: digits.mantissa))
            magnitude = digits.fraction == 0 ? whole : whole / CSVNumber.exactPowers[digits.fraction]
        } else {
            magnitude = CSVNumber.rounded(digits.mantissa, digits: digits.fraction, powersOfFive)
        }
        let sign: UInt64 = isNegative ? 1 << 63 : 0
        value = Double(bitPattern: magnitude.bitPattern | sign)
        end = digits.next
    }

    private struct Digits {
        var next: UnsafePointer<UInt8>
        var mantissa: UInt64 = 0
        var count = 0
        /// How many of the digits stand after the point.
        var fraction = 0

        init(next: UnsafePointer<UInt8>) { self.next = next }

        /// Reads the first eight bytes, and further ones only if all of those belong to the number.
        @inline(__always)
        mutating func readWord() {
            let word = Self.word(at: next)
            let whole = Self.digitCount(word)
            guard whole < 8 else { return readLong(word) }
            guard (word &>> UInt64(8 &* whole)) & 0xFF == 0x2E else {
                return take(word, whole)
            }
            // The point closed up, the digits on both sides of it are one number.
            let before: UInt64 = (1 &<< UInt64(8 &* whole)) &- 1
            let closed = word & before | word &>> 8 & ~before
            let all = Self.digitCount(closed)
            take(closed, all)
            next += 1
            if all == 7 { readMore() }
            fraction = count &- whole
        }

        private mutating func readLong(_ word: UInt64) {
            take(word, 8)
            readMore()
            guard next.pointee == UInt8(ascii: ".") else { return }
            let whole = count
            next += 1
            readMore()
            fraction = count &- whole
        }

        /// As many digits as follow, or more than fit.
        @inline(__always)
        private mutating func readMore() {
            var found = 8
            while found == 8, count <= 19 {
                let word = Self.word(at: next)
                found = Self.digitCount(word)
                take(word, found)
            }
        }

        @inline(__always)
        private mutating func take(_ word: UInt64, _ digits: Int) {
            mantissa = mantissa &* CSVPlainNumber.powersOfTen[digits] &+ Self.value(word, digits)
            count &+= digits
            next += digits
        }

        @inline(__always)
        private static func word(at place: UnsafePointer<UInt8>) -> UInt64 {
            UInt64(littleEndian: UnsafeRawPointer(place).loadUnaligned(as: UInt64.self))
        }

        /// How many of the eight bytes, from the first, are digits.
        @inline(__always)
        private static func digitCount(_ word: UInt64) -> Int {
            let values = word ^ 0x3030_3030_3030_3030
            // The top bit of a byte is set from ten on; a carry disturbs only bytes behind the first such one.
            let others = (values &+ 0x7676_7676_7676_7676 | values) & 0x8080_8080_8080_8080
            return others.trailingZeroBitCount &>> 3
        }

        /// The number written by the first `digits` of eight bytes: neighbours joined to pairs, to fours, to eight.
        @inline(__always)
        private static func value(_ word: UInt64, _ digits: Int) -> UInt64 {
            var values = (word ^ 0x3030_3030_3030_3030) << UInt64(64 &- 8 &* digits)
            values = values &* 10 &+ values &>> 8
            let first = (values & 0x0000_00FF_0000_00FF) &* (100 + 1_000_000 << 32)
            let second = (values &>> 16 & 0x0000_00FF_0000_00FF) &* (1 + 10_000 << 32)
            return (first &+ second) &>> 32
        }
    }

    private static let powersOfTen: [UInt64] = [
        1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000,
    ]
}
