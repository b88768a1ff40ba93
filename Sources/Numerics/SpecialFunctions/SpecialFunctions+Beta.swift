import Foundation

/// The incomplete beta function (NIST Digital Library of Mathematical Functions, 8.17).
extension SpecialFunctions {
    /// I_x(a, b) = B_x(a, b) / B(a, b), a and b > 0: the distribution function of the beta distribution.
    ///
    /// - Parameter complement: 1 - x, with the digits that the difference would lose near 1.
    package static func betaRatio(_ a: Double, _ b: Double, _ x: Double, complement: Double) -> Double {
        if b > largeParameter, a < smallShare * b { return lowerGammaRatio(a, limit(a, b, x, complement: complement)) }
        if a > largeParameter, b < smallShare * a { return upperGammaRatio(b, limit(b, a, complement, complement: x)) }
        let power = betaPower(a, b, x, complement: complement)
        // The continued fraction converges fast on this side of the mean, else that of 1 - I_1-x(b, a).
        return x * (a + b + 2) < a + 1
            ? min(1, power / a * betaFraction(a, b, x)) : max(0, 1 - power / b * betaFraction(b, a, complement))
    }

    // The continued fraction takes of the order of √b terms.
    private static let largeParameter = 1e6
    private static let smallShare = 5e-5

    /// With b so far above a that the beta variable is a gamma variable over b: where I_x(a, b) is P(a, ·), to a relative order of
    /// (a / b)² (DLMF 8.18.9 with its first correction in the argument).
    private static func limit(_ a: Double, _ b: Double, _ x: Double, complement: Double) -> Double {
        -(b + 0.5 * (a - 1)) * (x < 0.5 ? log1p(-x) : log(complement))
    }

    /// x^a (1 - x)^b / B(a, b), by way of how far x is from a / (a + b): the powers underflow where B does.
    package static func betaPower(_ a: Double, _ b: Double, _ x: Double, complement: Double) -> Double {
        let sum = a + b
        let exponent = a * logRatioGap(x * (sum / a)) + b * logRatioGap(complement * (sum / b))
        let stirling = stirlingError(sum) - stirlingError(a) - stirlingError(b)
        return exp(exponent + stirling + 0.5 * (log(a / sum) + log(b) - Scalar.logTwoPi))
    }

    /// DLMF 8.17.22, by the modified Lentz algorithm.
    private static func betaFraction(_ a: Double, _ b: Double, _ x: Double) -> Double {
        let tiny = 1e-300
        func bounded(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
        var c = 1.0
        var d = 1 / bounded(1 - (a + b) * x / (a + 1))
        var fraction = d
        var (index, change) = (0.0, 0.0)
        while abs(change - 1) > 0x1p-52, index < 1e6 {
            index += 1
            let twice = a + 2 * index
            let even = index * (b - index) * x / ((twice - 1) * twice)
            d = 1 / bounded(1 + even * d)
            c = bounded(1 + even / c)
            fraction *= d * c
            let odd = -(a + index) * (a + b + index) * x / (twice * (twice + 1))
            d = 1 / bounded(1 + odd * d)
            c = bounded(1 + odd / c)
            change = d * c
            fraction *= change
        }
        return fraction
    }
}
