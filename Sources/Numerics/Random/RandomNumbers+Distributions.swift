import Foundation

extension RandomNumbers {
    /// A gamma variate of scale 1, by rejection (Marsaglia & Tsang, ACM TOMS 26, 2000); never 0.
    ///
    /// - Parameter shape: above 0. Below 1 a draw of shape + 1 is shrunk by one more uniform, drawn first.
    package mutating func gamma(shape: Double) -> Double {
        guard shape >= 1 else {
            let shrinkage = log(uniform()) / shape
            return max(gamma(shape: shape + 1) * exp(shrinkage), .leastNormalMagnitude)
        }
        let d = shape - 1.0 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let normal = normal()
            let root = 1 + c * normal
            let uniform = uniform()
            guard root > 0 else { continue }
            let cube = root * root * root
            if log(uniform) < 0.5 * normal * normal + d * (1 - cube + log(cube)) { return d * cube }
        }
    }

    /// A Poisson variate; exact for any mean.
    package mutating func poisson(mean: Double) -> Double {
        mean < 10 ? poissonByInversion(mean) : poissonByRejection(mean)
    }

    /// One uniform a draw.
    private mutating func poissonByInversion(_ mean: Double) -> Double {
        var (count, term, remaining) = (0.0, exp(-mean), uniform())
        while remaining > term, term > 0 {
            remaining -= term
            count += 1
            term *= mean / count
        }
        return count
    }

    /// Transformed rejection with squeeze, two uniforms a try (Hörmann, Insurance: Mathematics and Economics 12, 1993, algorithm PTRS).
    private mutating func poissonByRejection(_ mean: Double) -> Double {
        let b = 0.931 + 2.53 * mean.squareRoot()
        let a = -0.059 + 0.02483 * b
        let inverseAlpha = 1.1239 + 1.1328 / (b - 3.4)
        let accepted = 0.9277 - 3.6224 / (b - 2)
        while true {
            let u = uniform() - 0.5
            let v = uniform()
            let distance = 0.5 - abs(u)
            let count = ((2 * a / distance + b) * u + mean + 0.43).rounded(.down)
            if distance >= 0.07, v <= accepted { return count }
            guard count >= 0, distance >= 0.013 || v <= distance else { continue }
            if log(v * inverseAlpha / (a / (distance * distance) + b)) <= poissonLogProbability(count, mean) {
                return count
            }
        }
    }
}

/// By how far the count is from the mean (Loader, Fast and accurate computation of binomial probabilities, 2000): the terms of the plain
/// formula cancel where both are large.
private func poissonLogProbability(_ count: Double, _ mean: Double) -> Double {
    guard count > 0 else { return -mean }
    return count * SpecialFunctions.logRatioGap(mean / count) - 0.5 * (Scalar.logTwoPi + log(count))
        - SpecialFunctions.stirlingError(count)
}
