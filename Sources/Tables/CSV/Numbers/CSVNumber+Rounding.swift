/// Decimals to the nearest double, ties to even: D. Lemire, "Number parsing at a gigabyte per second" (2021), without the
/// fallback that N. Mushtak and D. Lemire, "Fast number parsing without fallback" (2023), proved needless.
extension CSVNumber {
    /// `mantissa * 10^exponent`, rounded.
    static func rounded(_ mantissa: UInt64, exponent: Int) -> Double {
        guard mantissa != 0, exponent >= CSVPowersOfFive.exponents.lowerBound else { return 0 }
        guard exponent <= CSVPowersOfFive.exponents.upperBound else { return .infinity }
        return CSVPowersOfFive.words.withUnsafeBufferPointer { words in
            let (bits, power) = product(mantissa, exponent: exponent, words.baseAddress.unsafelyUnwrapped)
            if power > 0 { return power < 2047 ? normal(bits, power: power) : .infinity }
            // A subnormal has the fewer bits the smaller it is; one that rounds up to 2^52 is a normal number by itself.
            let kept = bits >> UInt64(1 - power)
            return Double(bitPattern: (kept + kept & 1) >> 1)
        }
    }

    /// `mantissa / 10^digits` for a mantissa above zero and at most 30 digits, where the result can only be normal.
    @inline(__always)
    static func rounded(_ mantissa: UInt64, digits: Int, _ powersOfFive: UnsafePointer<UInt64>) -> Double {
        let (bits, power) = product(mantissa, exponent: -digits, powersOfFive)
        return normal(bits, power: power)
    }

    /// The first 54 bits of the product, the last of them to be rounded away, and the biased exponent of the 53.
    @inline(__always)
    private static func product(
        _ mantissa: UInt64, exponent: Int, _ powersOfFive: UnsafePointer<UInt64>
    ) -> (bits: UInt64, power: Int) {
        let zeros = mantissa.leadingZeroBitCount
        let aligned = mantissa &<< UInt64(truncatingIfNeeded: zeros)
        let place = 2 &* (exponent &- CSVPowersOfFive.exponents.lowerBound)
        var (high, low) = aligned.multipliedFullWidth(by: powersOfFive[place])
        if high & 0x1FF == 0x1FF {
            // Only here can the power's further bits carry into those that are kept.
            let (sum, carries) = low.addingReportingOverflow(
                aligned.multipliedFullWidth(by: powersOfFive[place &+ 1]).high)
            low = sum
            high = carries ? high &+ 1 : high
        }
        let top = high &>> 63
        let shift = top &+ 9
        var bits = high &>> shift
        // A tie: an odd last bit to be rounded away, and nothing behind it. Other exponents cannot give one.
        if low <= 1, bits & 3 == 1, -4...23 ~= exponent, bits &<< shift == high { bits &-= 1 }
        // floor(exponent * log2(10)), exact on the range of the table.
        let scale = (exponent &* 217_706) >> 16
        return (bits, scale &+ Int(truncatingIfNeeded: top) &- zeros &+ 1086)
    }

    @inline(__always)
    private static func normal(_ bits: UInt64, power: Int) -> Double {
        let significand = (bits &+ bits & 1) &>> 1
        // Added, not combined: the implicit bit, and a carry of the rounding, count up the exponent.
        return Double(bitPattern: significand &+ UInt64(truncatingIfNeeded: power &- 1) &<< 52)
    }
}
