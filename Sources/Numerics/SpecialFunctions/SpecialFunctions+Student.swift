import Foundation

/// Student's t distribution (NIST Digital Library of Mathematical Functions, 8.17; Abramowitz & Stegun 26.7.1).
extension SpecialFunctions {
    /// P(T > t) for t ≥ 0.
    ///
    /// By way of ν / (ν + t²) and its complement, each with all its digits: 1 less a distribution function has none in the tail.
    ///
    /// - Parameter degrees: ν > 0.
    package static func studentTail(_ t: Double, degrees: Double) -> Double {
        let square = t * t
        let share = degrees / (degrees + square)
        return 0.5 * betaRatio(0.5 * degrees, 0.5, share, complement: square / (degrees + square))
    }

    /// The t that is exceeded with a probability in (0, ½].
    package static func studentQuantile(tail probability: Double, degrees: Double) -> Double {
        var (low, high) = (0.0, 1.0)
        while studentTail(high, degrees: degrees) > probability, high < 1e150 { (low, high) = (high, 2 * high) }
        // 60 halvings: the tail is monotone, and its derivative may be as small as it likes.
        for _ in 0..<60 where high - low > 1e-14 * high {
            let middle = 0.5 * (low + high)
            if studentTail(middle, degrees: degrees) > probability { low = middle } else { high = middle }
        }
        return 0.5 * (low + high)
    }
}
