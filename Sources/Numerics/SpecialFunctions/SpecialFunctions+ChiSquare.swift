import Foundation

/// The χ² distribution (NIST Digital Library of Mathematical Functions, 8.2).
extension SpecialFunctions {
    /// P(χ² > x) for x ≥ 0.
    package static func chiSquareTail(_ x: Double, degrees: Double) -> Double {
        upperGammaRatio(0.5 * degrees, 0.5 * x)
    }

    /// The x that is exceeded with a probability in (0, 1).
    package static func chiSquareQuantile(tail probability: Double, degrees: Double) -> Double {
        var (low, high) = (0.0, max(degrees, 1))
        while chiSquareTail(high, degrees: degrees) > probability, high < 1e150 { (low, high) = (high, 2 * high) }
        for _ in 0..<80 where high - low > 1e-14 * high {
            let middle = 0.5 * (low + high)
            if chiSquareTail(middle, degrees: degrees) > probability { low = middle } else { high = middle }
        }
        return 0.5 * (low + high)
    }
}
