import Numerics

/// With shape ν = 1 / dispersion and scale s = μ / ν.
extension GammaFamily: ExpectedDistances {
    /// Smaller ones are taken as normal, which is wrong by less than 1e-4 deviations: fractions and series run over
    /// 1 / √dispersion terms.
    private static let leastDispersion = 1e-8

    /// (y - μ)(2 F(y) - 1) + 2 μ (F_ν(y) - F_ν+1(y)), from the first moment of a part of the distribution.
    func expectedDistance(to response: Double, _ predictors: [Double], dispersion: Double) -> Double {
        let mean = mean(predictors)
        guard response > 0 else { return mean - response }
        if dispersion < Self.leastDispersion {
            return GaussianMixtureDistribution.expectedDistance(mean - response, dispersion.squareRoot() * mean)
        }
        let shape = 1 / dispersion
        let scaled = response / mean * shape
        // All of the distribution is below the response, as far as numbers go: the series have no limit there.
        guard scaled.isFinite else { return response - mean }
        return (response - mean) * (2 * SpecialFunctions.lowerGammaRatio(shape, scaled) - 1)
            + 2 * mean * SpecialFunctions.powerRatio(shape, scaled)
    }

    /// (μ - μ')(1 - 2 I) + 2 (s + s') D with I = P(Y < Y') = I_p(ν, ν'), D = p^ν (1 - p)^ν' / B(ν, ν') and p = s' / (s + s'),
    /// since Y / s / (Y / s + Y' / s') has a beta distribution.
    ///
    /// For equals it is Gini's mean difference 2 s / B(ν, ½).
    func expectedDistance(
        _ first: [Double], _ firstDispersion: Double, _ second: [Double], _ secondDispersion: Double
    ) -> Double {
        let (mean, other) = (mean(first), mean(second))
        if firstDispersion < Self.leastDispersion, secondDispersion < Self.leastDispersion {
            let variance = firstDispersion * mean * mean + secondDispersion * other * other
            return GaussianMixtureDistribution.expectedDistance(mean - other, variance.squareRoot())
        }
        let (scale, otherScale) = (mean * firstDispersion, other * secondDispersion)
        let sum = scale + otherScale
        // Both are 0, as far as numbers go.
        guard sum > 0 else { return abs(mean - other) }
        let (shape, otherShape) = (1 / firstDispersion, 1 / secondDispersion)
        let (x, complement) = (otherScale / sum, scale / sum)
        let below = SpecialFunctions.betaRatio(shape, otherShape, x, complement: complement)
        let power = SpecialFunctions.betaPower(shape, otherShape, x, complement: complement)
        return (mean - other) * (1 - 2 * below) + 2 * sum * power
    }
}
