import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Distributions of counts and of positive numbers, and numbers of any family.
@Suite struct PredictiveDistributionTests {
    private static func mixture(
        _ family: any ExpertFamily, _ weights: [Double], means: [Double], dispersions: [Double]? = nil
    ) -> FamilyMixture {
        FamilyMixture(
            family, weights: weights,
            predictors: means.map { [family is GaussianFamily ? $0 : log($0)] },
            dispersions: dispersions ?? means.map { _ in 1 })
    }

    private static func poisson(_ weights: [Double], _ means: [Double]) -> CountMixtureDistribution {
        CountMixtureDistribution(mixture(PoissonFamily(), weights, means: means))
    }

    private static func negativeBinomial(
        _ weights: [Double], _ means: [Double], _ dispersions: [Double]
    ) -> CountMixtureDistribution {
        CountMixtureDistribution(mixture(NegativeBinomialFamily(), weights, means: means, dispersions: dispersions))
    }

    private static func gamma(
        _ weights: [Double], _ means: [Double], _ dispersions: [Double]
    ) -> ContinuousMixtureDistribution {
        ContinuousMixtureDistribution(mixture(GammaFamily(), weights, means: means, dispersions: dispersions))
    }

    private static let counts = [
        poisson([1], [0.02]), poisson([1], [3.5]), poisson([0.3, 0.7], [0.5, 12]),
        // A gap between the components, and one of no weight.
        poisson([0.25, 0, 0.75], [2, 30, 900]),
        negativeBinomial([1], [3.5], [0.8]), negativeBinomial([0.3, 0.7], [0.5, 12], [4, 0.1]),
        negativeBinomial([0.5, 0.5], [4, 60], [0.01, 0.02]),
    ]
    private static let positives = [
        gamma([1], [2], [0.5]), gamma([1], [1e-3], [4]), gamma([0.4, 0.6], [1, 30], [1, 0.01]),
        gamma([0.2, 0, 0.8], [5, 1e9, 0.5], [2.5, 1, 0.3]),
    ]

    // MARK: Mean and variance

    @Test(arguments: counts) func momentsOfCounts(_ distribution: CountMixtureDistribution) {
        let probabilities = (0..<2000).map {
            distribution.cumulativeProbability(Double($0)) - distribution.cumulativeProbability(Double($0) - 1)
        }
        let mean = probabilities.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element }
        let variance = probabilities.enumerated().reduce(0) { $0 + pow(Double($1.offset) - mean, 2) * $1.element }
        #expect(relativeError(distribution.mean, mean) < 1e-9)
        #expect(relativeError(distribution.variance, variance) < 1e-7)
    }

    // MARK: Quantiles

    private static let levels = [1e-6, 0.01, 0.05, 0.3, 0.5, 0.8, 0.95, 0.999]

    @Test(arguments: counts, levels)
    func aQuantileIsTheLeastCount(_ distribution: CountMixtureDistribution, _ level: Double) {
        let quantile = distribution.quantile(level)
        #expect(quantile == quantile.rounded() && quantile >= 0)
        #expect(distribution.cumulativeProbability(quantile) >= level)
        #expect(distribution.cumulativeProbability(quantile - 1) < level)
    }

    @Test(arguments: positives, levels)
    func aQuantileInvertsTheDistributionFunction(_ distribution: ContinuousMixtureDistribution, _ level: Double) {
        let quantile = distribution.quantile(level)
        #expect(quantile > 0)
        #expect(relativeError(distribution.cumulativeProbability(quantile), level) < 1e-11)
        #expect(distribution.cumulativeProbability(quantile * (1 - 1e-9)) <= level)
    }

    // MARK: CRPS

    /// The definition, term by term.
    @Test(arguments: counts, [0, 1, 4, 37, 880, 1500] as [Double])
    func crpsOfCountsIsTheSumOfTheDefinition(_ distribution: CountMixtureDistribution, _ response: Double) {
        let sum = (0..<2000).reduce(0) { sum, count in
            let probability = distribution.cumulativeProbability(Double(count))
            return sum + pow(probability - (Double(count) >= response ? 1 : 0), 2)
        }
        #expect(relativeError(distribution.crps(response), sum) < 1e-9)
    }

    /// Wei and Held (2014, Test 23, section 3): (y - λ)(2 F(y) - 1) + 2 λ p(y) - λ e^-2λ (I_0(2λ) + I_1(2λ)), the Bessel
    /// functions by their power series or, for large λ, the asymptotic one (DLMF 10.25.2, 10.40.1).
    @Test(arguments: [0.3, 5, 60, 9e5, 3e6, 4e7] as [Double], [-3, -0.5, 0, 1, 6] as [Double])
    func crpsOfOnePoissonInClosedForm(_ mean: Double, _ shift: Double) {
        let response = max(0, (mean + shift * mean.squareRoot()).rounded())
        let distribution = Self.poisson([1], [mean])
        var bessel = 0.0
        if mean > 100 {
            for order in [0.0, 4] {
                bessel += 1 - (order - 1) / (16 * mean) + (order - 1) * (order - 9) / (2 * pow(16 * mean, 2))
            }
            bessel /= (4 * Double.pi * mean).squareRoot()
        } else {
            for index in 0..<400 {
                let term = 2 * Double(index) * log(mean) - 2 * lgamma(Double(index) + 1) - 2 * mean
                bessel += exp(term) * (1 + mean / Double(index + 1))
            }
        }
        let density = exp(PoissonFamily().logDensity(response, [log(mean)]))
        let expected =
            (response - mean) * (2 * distribution.cumulativeProbability(response) - 1)
            + mean * (2 * density - bessel)
        // Above a deviation of 1000 the sum is an integral.
        let tolerance = mean > 1e6 ? 1e-6 : 1e-8
        #expect(abs(distribution.crps(response) - expected) < tolerance * mean.squareRoot())
    }

    /// Scheuerer and Möller (2015, Annals of Applied Statistics 9, equation A.1).
    @Test(arguments: [0.01, 0.3, 1, 4, 80], [1e-6, 0.4, 1, 2.5, 40] as [Double])
    func crpsOfOneGammaInClosedForm(_ shape: Double, _ ratio: Double) {
        let mean = 7.0
        let response = ratio * mean
        let scale = mean / shape
        let distribution = Self.gamma([1], [mean], [1 / shape])
        let inverseBeta = exp(lgamma(shape + 0.5) - lgamma(shape) - lgamma(0.5))
        let expected =
            response * (2 * SpecialFunctions.lowerGammaRatio(shape, response / scale) - 1)
            - mean * (2 * SpecialFunctions.lowerGammaRatio(shape + 1, response / scale) - 1) - scale * inverseBeta
        #expect(abs(distribution.crps(response) - expected) < 1e-12 * max(mean, response))
        #expect(abs(distribution.integratedCRPS(response) - expected) < 1e-8 * (mean * scale).squareRoot())
    }

    @Test(arguments: positives, [0, 0.01, 0.7, 4, 29, 500] as [Double])
    func crpsOfPositiveNumbersIsTheIntegralOfTheDefinition(
        _ distribution: ContinuousMixtureDistribution, _ response: Double
    ) {
        // On the scale of the logarithm, cut where the integrand jumps; below e^-40 and above e^8 nothing is left.
        func square(_ logarithm: Double, _ indicator: Double) -> Double {
            pow(distribution.cumulativeProbability(exp(logarithm)) - indicator, 2) * exp(logarithm)
        }
        let cut = max(-40, log(response))
        let expected =
            Quadrature.integral(from: -40, to: cut, intervals: 8000) { square($0, 0) }
            + Quadrature.integral(from: cut, to: 8, intervals: 8000) { square($0, 1) }
        let deviation = distribution.variance.squareRoot()
        #expect(abs(distribution.crps(response) - expected) < 1e-7 * deviation + 1e-10 * response)
        #expect(
            abs(distribution.integratedCRPS(response) - distribution.crps(response))
                < 1e-8 * deviation + 1e-12 * response)
    }

    /// Numbers of a family without a closed form: the Gaussian one, as if it had none.
    @Test(arguments: [-9.0, -1, 0.4, 7])
    func theWayOfAnyFamilyIsTheGaussianOne(_ response: Double) {
        let (weights, means, variances) = ([0.3, 0.1, 0.6], [-2.0, 1, 1.5], [0.25, 4, 1e-4])
        let any = ContinuousMixtureDistribution(
            Self.mixture(GaussianFamily(), weights, means: means, dispersions: variances))
        let gaussian = GaussianMixtureDistribution(
            weights: weights, means: means, deviations: variances.map { $0.squareRoot() })
        #expect(relativeError(any.mean, gaussian.mean) < 1e-14)
        #expect(relativeError(any.variance, gaussian.variance) < 1e-14)
        #expect(abs(any.crps(response) - gaussian.crps(response)) < 1e-8)
        #expect(any.score(response).upTo == gaussian.score(response).upTo)
        for level in Self.levels {
            #expect(abs(any.quantile(level) - gaussian.quantile(level)) < 1e-9)
        }
    }

    /// Neither a component in parts nor one far away that hardly weighs is another distribution.
    @Test(arguments: [0, 2, 15] as [Double]) func partsOfAComponent(_ response: Double) {
        let whole = Self.poisson([0.3, 0.7], [0.5, 12])
        let parts = Self.poisson([0.1, 0.7, 0.2, 1e-16], [0.5, 12, 0.5, 1e5])
        #expect(abs(whole.crps(response) - parts.crps(response)) < 1e-8)
        let wholeGamma = Self.gamma([0.3, 0.7], [0.5, 12], [2, 0.2])
        let partsOfGamma = Self.gamma([0.1, 0.7, 0.2, 1e-16], [0.5, 12, 0.5, 1e5], [2, 0.2, 2, 1])
        #expect(abs(wholeGamma.crps(response) - partsOfGamma.crps(response)) < 1e-7)
    }

    /// More counts than a table has: most of the probability on 0, and a tail of hundreds of thousands.
    @Test(
        arguments: [(mean: 3.0, alpha: 5e3), (50, 200), (0.09, 1e8)] as [(mean: Double, alpha: Double)], [0.0, 1, 700])
    func crpsOfCountsWithoutATable(_ law: (mean: Double, alpha: Double), _ response: Double) {
        let distribution = Self.negativeBinomial([1], [law.mean], [law.alpha])
        let (size, ratio) = (1 / law.alpha, law.alpha * law.mean / (1 + law.alpha * law.mean))
        var (probability, cumulative, expected, count) = (pow(1 - ratio, size), 0.0, 0.0, 0.0)
        while count <= response || 1 - cumulative > 1e-9 {
            cumulative += probability
            let distance = count < response ? cumulative : 1 - cumulative
            expected += distance * distance
            probability *= ratio * (count + size) / (count + 1)
            count += 1
        }
        let deviation = (law.mean + law.alpha * law.mean * law.mean).squareRoot()
        #expect(abs(distribution.crps(response) - expected) < 2e-6 * deviation)
    }

    /// Files may hold any dispersion.
    @Test(arguments: [1e4, 1e30, 1e200]) func extremeDispersionsOfCountsGiveFiniteScores(_ alpha: Double) {
        let score = Self.negativeBinomial([1], [10], [alpha]).score(3)
        #expect(score.crps.isFinite && (0...1).contains(score.upTo))
    }

    /// What a wild extrapolation predicts.
    @Test(arguments: [1e-80, 1e-9, 1e10, 1e20, 1e80]) func extremeMeansGiveFiniteScores(_ mean: Double) {
        for distribution in [
            Self.poisson([0.5, 0.5], [3, mean]), Self.gamma([0.5, 0.5], [3, mean], [0.5, 2]),
        ] as [any PredictiveDistribution] {
            let score = distribution.score(2)
            #expect(score.crps.isFinite && score.crps >= 0)
            #expect(score.below <= score.upTo && (0...1).contains(score.upTo))
            let quantiles = [distribution.quantile(0.05), distribution.quantile(0.95)]
            #expect(quantiles[0] <= quantiles[1] && quantiles[1].isFinite)
        }
    }

    /// So small a dispersion that the gamma is normal: both ways of the closed form, on both sides of the border.
    @Test(arguments: [0.9e-8, 1.1e-8], [9.999, 10, 10.0005]) func narrowGammasAreNormal(
        _ dispersion: Double, _ response: Double
    ) {
        let narrow = Self.gamma([0.5, 0.5], [10, 10.0003], [dispersion, 2e-8])
        let normal = GaussianMixtureDistribution(
            weights: [0.5, 0.5], means: [10, 10.0003],
            deviations: [10 * dispersion.squareRoot(), 10.0003 * 2e-8.squareRoot()])
        #expect(abs(narrow.crps(response) - normal.crps(response)) < 2e-4 * narrow.variance.squareRoot())
    }

    // MARK: Scores of a response

    @Test(arguments: counts, [0, 3, 14, 910] as [Double])
    func theScoreOfACountIsMadeOfItsParts(_ distribution: CountMixtureDistribution, _ response: Double) {
        let score = distribution.score(response)
        #expect(score.crps == distribution.crps(response))
        #expect(abs(score.upTo - distribution.cumulativeProbability(response)) < 1e-12)
        #expect(abs(score.below - distribution.cumulativeProbability(response - 1)) < 1e-12)
        let (lower, upper) = (distribution.quantile(0.05), distribution.quantile(0.95))
        let inside = distribution.cumulativeProbability(upper) - distribution.cumulativeProbability(lower - 1)
        #expect(abs(score.intervalProbability - inside) < 1e-12)
    }
}
