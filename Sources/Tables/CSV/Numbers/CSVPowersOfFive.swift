/// The leading 128 bits of the powers of five, as ``CSVNumber`` needs them to round decimals.
///
/// Powers above one are cut off after their 128th bit, those below one rounded up there, as Lemire's paper (2021, section 5)
/// asks.
package enum CSVPowersOfFive {
    /// Beyond these powers of ten every mantissa of 64 bits gives zero or infinity.
    static let exponents = -342...308

    /// The high and the low word of each power in turn.
    package static let words: [UInt64] = belowOne() + oneAndAbove()

    /// `5^-342, …, 5^-1`: the whole part of `2^1151 / 5^k` by repeated division, which loses nothing, because the whole
    /// part of a whole part's fifth is that of the fifth itself.
    private static func belowOne() -> [UInt64] {
        var quotient = [UInt64](repeating: 0, count: 18)
        quotient[17] = 1 << 63
        var result: [UInt64] = []
        for _ in 0..<(-exponents.lowerBound) {
            var remainder: UInt64 = 0
            for index in quotient.indices.reversed() {
                (quotient[index], remainder) = UInt64(5).dividingFullWidth((remainder, quotient[index]))
            }
            let (high, low) = leadingBits(quotient)
            // No power of two is a multiple of five, so the bits cut off were never all zero.
            let (sum, carries) = low.addingReportingOverflow(1)
            result += [sum, carries ? high + 1 : high]
        }
        return result.reversed()
    }

    /// `5^0, …, 5^308`.
    private static func oneAndAbove() -> [UInt64] {
        var power = [UInt64](repeating: 0, count: 13)
        power[0] = 1
        var result: [UInt64] = []
        for _ in 0...exponents.upperBound {
            let (high, low) = leadingBits(power)
            result += [high, low]
            var carry: UInt64 = 0
            for index in power.indices {
                let (above, below) = power[index].multipliedFullWidth(by: 5)
                let (sum, overflows) = below.addingReportingOverflow(carry)
                (power[index], carry) = (sum, above + (overflows ? 1 : 0))
            }
        }
        return result
    }

    /// The first 128 bits, from the highest one that is set, of a number whose lowest word stands first.
    private static func leadingBits(_ number: [UInt64]) -> (high: UInt64, low: UInt64) {
        guard let top = number.lastIndex(where: { $0 != 0 }) else { return (0, 0) }
        let shift = UInt64(number[top].leadingZeroBitCount)
        func word(_ index: Int) -> UInt64 { index >= 0 ? number[index] : 0 }
        func shifted(_ index: Int) -> UInt64 { word(index) << shift | word(index - 1) >> (64 - shift) }
        return (shifted(top), shifted(top - 1))
    }
}
