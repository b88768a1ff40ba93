import Foundation

/// The gamma function and its relatives for positive arguments.
///
/// All rest on asymptotic series for large arguments (NIST Digital Library of Mathematical Functions, 5.11), which smaller
/// ones reach by recurrence (5.5). Differences that vanish, such as log x - ψ(x), are taken before the large terms are
/// formed.
package enum SpecialFunctions {
    /// Where the series begin to serve: the first terms left out are below 1e-17.
    private static let asymptotic = 16.0

    // MARK: Gamma function

    /// log Γ(x).
    package static func logGamma(_ x: Double) -> Double {
        (x - 0.5) * log(x) - x + 0.5 * Scalar.logTwoPi + stirlingError(x)
    }

    /// δ(x) = log Γ(x) - (x - ½) log x + x - ½ log 2π; near 1 / 12x.
    package static func stirlingError(_ x: Double) -> Double {
        var (x, sum) = (x, 0.0)
        while x < asymptotic {
            // δ(x) - δ(x + 1)
            sum += (x + 0.5) * log1p(1 / x) - 1
            x += 1
        }
        let inverse = 1 / x
        return sum + inverse * series(inverse * inverse, stirlingCoefficients)
    }

    /// B_2k / (2k (2k - 1)), DLMF 5.11.1.
    private static let stirlingCoefficients: [Double] = [
        1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360_360, 1.0 / 156,
    ]

    /// ψ(x) = Γ'(x) / Γ(x).
    package static func digamma(_ x: Double) -> Double { log(x) - logMinusDigamma(x) }

    /// log x - ψ(x); near 1 / 2x, and with all its digits there.
    package static func logMinusDigamma(_ x: Double) -> Double {
        var (x, sum) = (x, 0.0)
        while x < asymptotic {
            sum += 1 / x - log1p(1 / x)
            x += 1
        }
        let inverse = 1 / x
        let square = inverse * inverse
        return sum + 0.5 * inverse + square * series(square, digammaCoefficients)
    }

    /// B_2k / 2k, DLMF 5.11.2.
    private static let digammaCoefficients: [Double] = [
        1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32760, 1.0 / 12,
    ]

    /// ψ'(x).
    package static func trigamma(_ x: Double) -> Double {
        var (x, sum) = (x, 0.0)
        while x < asymptotic {
            sum += 1 / (x * x)
            x += 1
        }
        let inverse = 1 / x
        let square = inverse * inverse
        return sum + inverse + 0.5 * square + inverse * square * series(square, trigammaCoefficients)
    }

    /// ψ'(x) - 1 / x - 1 / 2x²; near 1 / 6x³, and with all its digits there.
    package static func trigammaRemainder(_ x: Double) -> Double {
        guard x >= asymptotic else { return trigamma(x) - (1 + 0.5 / x) / x }
        let inverse = 1 / x
        let square = inverse * inverse
        return inverse * square * series(square, trigammaCoefficients)
    }

    /// B_2k, DLMF 24.2.
    private static let trigammaCoefficients: [Double] = [
        1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6,
    ]

    /// Σ coefficients[k] x^k.
    private static func series(_ x: Double, _ coefficients: [Double]) -> Double {
        coefficients.reversed().reduce(0) { $0 * x + $1 }
    }

    // MARK: Incomplete gamma function

    /// P(a, x) = γ(a, x) / Γ(a), a > 0: the distribution function of the gamma distribution of shape a and scale 1.
    package static func lowerGammaRatio(_ a: Double, _ x: Double) -> Double {
        guard x > 0 else { return x == 0 ? 0 : .nan }
        guard x < .infinity else { return 1 }
        return x < a + 1 ? lowerSeries(a, x) : 1 - upperFraction(a, x)
    }

    /// Q(a, x) = 1 - P(a, x), with its digits where it is small.
    package static func upperGammaRatio(_ a: Double, _ x: Double) -> Double {
        guard x > 0 else { return x == 0 ? 1 : .nan }
        guard x < .infinity else { return 0 }
        return x < a + 1 ? 1 - lowerSeries(a, x) : upperFraction(a, x)
    }

    /// DLMF 8.11.4: P(a, x) = x^a e^-x / Γ(a + 1) Σ x^n / ((a + 1) … (a + n)).
    private static func lowerSeries(_ a: Double, _ x: Double) -> Double {
        var (term, sum, divisor) = (1.0, 1.0, a)
        while term > sum * 0x1p-54 {
            divisor += 1
            term *= x / divisor
            sum += term
        }
        return min(1, powerRatio(a, x) * sum)
    }

    /// DLMF 8.9.2: Q(a, x) = x^a e^-x / Γ(a) times a continued fraction, by the modified Lentz algorithm.
    private static func upperFraction(_ a: Double, _ x: Double) -> Double {
        let tiny = 1e-300
        var b = x + 1 - a
        var c = 1 / tiny
        var d = 1 / b
        var fraction = d
        var (index, change) = (0.0, 0.0)
        while abs(change - 1) > 0x1p-52, index < 1e7 {
            index += 1
            let numerator = index * (a - index)
            b += 2
            d = numerator * d + b
            d = 1 / (abs(d) < tiny ? tiny : d)
            c = b + numerator / c
            if abs(c) < tiny { c = tiny }
            change = c * d
            fraction *= change
        }
        return min(1, powerRatio(a, x) * a * fraction)
    }

    /// x^a e^-x / Γ(a + 1), by way of how far x is from a: both powers overflow, and their logarithms cancel.
    package static func powerRatio(_ a: Double, _ x: Double) -> Double {
        exp(a * logRatioGap(x / a) - 0.5 * (Scalar.logTwoPi + log(a)) - stirlingError(a))
    }

    /// log r - r + 1, with its digits where r is near 1.
    static func logRatioGap(_ r: Double) -> Double {
        let u = r - 1
        return abs(u) < 0.1 ? logOnePlusGap(u) : log(r) - u
    }

    /// log(1 + u) - u, with its digits where u is near 0.
    package static func logOnePlusGap(_ u: Double) -> Double {
        guard abs(u) < 0.1 else { return log1p(u) - u }
        // log(1 + u) - u = Σ_k≥2 -(-u)^k / k
        return (2...18).reversed().reduce(0) { $0 * -u - 1 / Double($1) } * u * u
    }
}
