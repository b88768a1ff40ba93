import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

@Suite struct GaussianFamilyTests {
    private let family = GaussianFamily()

    private func logDensity(_ response: Double, _ predictor: Double, _ dispersion: Double) -> Double {
        family.logDensity(response, [predictor], dispersion)
    }

    private func divergence(_ from: (Double, Double), _ to: (Double, Double)) -> Double {
        family.divergence([from.0], from.1, to: [to.0], to.1)
    }

    private static let cases = [(0.3, -1.0, 0.7), (2, 2, 1), (-40, 3, 9), (1e-3, 0, 1e-4)]

    @Test(arguments: cases) func density(y: Double, predictor: Double, variance: Double) {
        let exact = -0.5 * log(2 * .pi * variance) - (y - predictor) * (y - predictor) / (2 * variance)
        #expect(difference(logDensity(y, predictor, variance), exact) < 1e-14)
    }

    @Test(arguments: cases) func derivativesEqualFiniteDifferences(y: Double, predictor: Double, variance: Double) {
        let derivatives = family.derivatives(y, [predictor], variance)
        let storage = derivatives.firsts + derivatives.seconds + derivatives.dispersion
        let (step, unit) = (1e-4, variance.squareRoot())
        // In units of the standard deviation, so that one step fits all cases.
        func value(_ eta: Double, _ s: Double) -> Double {
            logDensity(y, predictor + eta * unit, variance * exp(s))
        }
        let centre = value(0, 0)
        let expected = [
            (value(step, 0) - value(-step, 0)) / (2 * step) / unit,
            (value(step, 0) - 2 * centre + value(-step, 0)) / (step * step) / variance,
            (value(0, step) - value(0, -step)) / (2 * step),
            (value(step, step) - value(step, -step) - value(-step, step) + value(-step, -step))
                / (4 * step * step) / unit,
            (value(0, step) - 2 * centre + value(0, -step)) / (step * step),
        ]
        for (index, reference) in expected.enumerated() {
            #expect(difference(storage[index], reference) < 1e-5, "derivative \(index)")
        }
    }

    @Test func divergenceIsTheIntegral() {
        for (from, to) in [((0.0, 1.0), (1.0, 2.0)), ((3, 0.5), (2.5, 0.4)), ((-1, 2), (4, 1))] {
            let deviation = from.1.squareRoot()
            let integral = Quadrature.integral(from: from.0 - 12 * deviation, to: from.0 + 12 * deviation) { y in
                exp(logDensity(y, from.0, from.1)) * (logDensity(y, from.0, from.1) - logDensity(y, to.0, to.1))
            }
            #expect(difference(divergence(from, to), integral) < 1e-10)
        }
    }

    @Test func divergenceVanishesOnlyForEquals() {
        #expect(divergence((2.5, 0.3), (2.5, 0.3)) == 0)
        for to in [(2.5 + 1e-4, 0.3), (2.5, 0.3 * 1.001), (2.5, 0.3 * 0.999)] {
            #expect(divergence((2.5, 0.3), to) > 0)
        }
    }

    /// The best single normal distribution for several ones, by weighted divergence.
    @Test func barycentreDispersionIsTheMinimum() {
        let sources = [(0.5, 1.0, 0.3), (2, 0.2, 0.7)]  // mean, variance, weight
        let mean = sources.reduce(0) { $0 + $1.2 * $1.0 }
        let expected = sources.map { family.expectedStatistics([$0.0], $0.1) }
        let points = PointStatistics(
            masses: sources.map(\.2), statistics: (0..<3).map { index in expected.map { $0[index] } })
        let best = [mean, mean].withUnsafeBufferPointer {
            family.dispersion(for: points, predictors: LinearPredictors($0.baseAddress!, stride: 2))
        }
        func cost(_ mean: Double, _ variance: Double) -> Double {
            sources.reduce(0) { $0 + $1.2 * divergence(($1.0, $1.1), (mean, variance)) }
        }
        for factor in [0.9, 0.999, 1.001, 1.1] { #expect(cost(mean, best) < cost(mean, best * factor)) }
        #expect(cost(mean, best) < cost(mean + 0.01, best))
    }

    @Test func distributionIsTheIntegralOfTheDensity() {
        let (predictor, variance) = (1.5, 4.0)
        for y in [-6.0, 0, 1.5, 3, 9] {
            let integral = Quadrature.integral(from: predictor - 24, to: y) { exp(logDensity($0, predictor, variance)) }
            let value = family.cumulativeProbability(y, [predictor], dispersion: variance)
            #expect(difference(value, integral) < 1e-12)
        }
    }

    @Test func samplesHaveTheMoments() {
        var random = RandomNumbers(seed: 2)
        let values = (0..<100_000).map { _ in family.sample([3], dispersion: 4, using: &random) }
        let mean = values.reduce(0, +) / 1e5
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 1e5
        #expect(abs(mean - family.mean([3])) < 5 * 2 / 316)
        #expect(abs(variance - family.variance([3], dispersion: 4)) < 5 * 4 * 1.4143 / 316)
    }

    @Test func weightedFitIsTheMaximum() {
        var random = RandomNumbers(seed: 3)
        let x = RandomData.vector(40, using: &random)
        let y = x.map { 1 + 0.5 * $0 + random.normal() }
        let weights = x.map { _ in random.uniform() }
        let rows = ShardRows(covariates: Matrix(columns: [x]), responses: y)
        let fitted = family.fit(
            rows.moments(factors: Matrix(columns: [weights]))[0], on: [0], dispersionFloor: 1e-9)
        func likelihood(_ expert: Expert) -> Double {
            zip(zip(x, y), weights).reduce(0) { sum, row in
                sum + row.1
                    * logDensity(
                        row.0.1, expert.coefficients[0] + expert.coefficients[1] * row.0.0, expert.dispersion)
            }
        }
        for (index, step) in [(0, 1e-3), (0, -1e-3), (1, 1e-3), (1, -1e-3)] {
            var other = fitted
            other.coefficients[index] += step
            #expect(likelihood(other) < likelihood(fitted))
        }
        for factor in [0.99, 1.01] {
            var other = fitted
            other.dispersion *= factor
            #expect(likelihood(other) < likelihood(fitted))
        }
    }

    @Test func fitKeepsTheFloor() {
        let rows = ShardRows(covariates: Matrix(columns: [[0, 1, 2]]), responses: [1, 3, 5])
        let moments = rows.moments(factors: Matrix(rowCount: 3, columnCount: 1, repeating: 1))[0]
        #expect(family.fit(moments, on: [0], dispersionFloor: 0.25).dispersion == 0.25)
    }

    @Test func rescaledExpertDescribesRescaledResponses() {
        let expert = Expert(coefficients: [1, 2], dispersion: 0.5)
        let (center, scale) = (10.0, 3.0)
        let rescaled = family.rescaled(expert, center: center, scale: scale)
        for (x, y) in [(0.0, 1.0), (2, -1)] {
            let before = logDensity(y, expert.coefficients[0] + expert.coefficients[1] * x, expert.dispersion)
            let after = logDensity(
                center + scale * y, rescaled.coefficients[0] + rescaled.coefficients[1] * x, rescaled.dispersion)
            #expect(difference(after, before - log(scale)) < 1e-14)
        }
    }

    @Test func foundByName() {
        #expect(ExpertFamilies.named("gaussian") is GaussianFamily)
        #expect(ExpertFamilies.named("no such family") == nil)
        #expect(Set(ExpertFamilies.names).count == ExpertFamilies.names.count)
    }
}
