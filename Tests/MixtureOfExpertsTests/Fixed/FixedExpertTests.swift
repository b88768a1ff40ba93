import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Laws of mixtures with experts without parameters.
@Suite struct FixedExpertTests {
    static let families: [any ExpertFamily] = [
        GaussianFamily(), GammaFamily(), PoissonFamily(), NegativeBinomialFamily(),
    ]

    /// Two experts of a family, one that is 0, one that is 3, and noise where the family has it.
    static func model(_ family: any ExpertFamily) -> MixtureModel {
        let fixed: [FixedDistribution] =
            [.pointMass(0), .pointMass(3)] + (family is GaussianFamily ? [.noise(low: -20, high: 30)] : [])
        let gates = [[0.5, 0.4], [0.2, -0.3], [-0.4, 0.6], [0.1, 0.2], [-0.8, 0]].prefix(2 + fixed.count)
        return MixtureModel(
            design: RandomData.design(1), family: family,
            gate: SoftmaxGate(coefficients: Matrix(columns: Array(gates))),
            experts: [
                Expert(coefficients: [0.3, 0.5], dispersion: 0.5), Expert(coefficients: [1.4, -0.2], dispersion: 0.8),
            ] + fixed.map { Expert($0, coefficients: 2) })
    }

    private static func density(_ model: MixtureModel, _ response: Double, at x: Double) -> Double {
        exp(model.logDensities(Matrix(rowCount: 1, columnCount: 1, storage: [x]), responses: [response])[0])
    }

    @Test(arguments: [-1.5, 0, 2]) func densityIsOne(x: Double) {
        for family in Self.families {
            let model = Self.model(family)
            let total: Double
            if family.response == .count {
                total = (0..<400).reduce(0) { $0 + Self.density(model, Double($1), at: x) }
            } else {
                // The values are no nodes of the grid but for its ends: they have measure 0 there.
                let low = family.response == .positiveNumber ? 1e-9 : -40.0
                let smooth =
                    Quadrature.integral(from: low, to: -20 + 1e-9 < low ? 2.9999 : -20 - 1e-9, intervals: 20_000) {
                        Self.density(model, $0, at: x)
                    }
                    + (family.response == .positiveNumber
                        ? Quadrature.integral(from: 2.9999, to: 300, intervals: 200_003 - 1) {
                            Self.density(model, $0 + 1e-7, at: x)
                        }
                        : Quadrature.integral(from: -20 + 1e-9, to: 30 - 1e-9, intervals: 40_001 - 1) {
                            Self.density(model, $0 + 1e-7, at: x)
                        })
                total = smooth + Self.density(model, 0, at: x) + Self.density(model, 3, at: x)
            }
            #expect(abs(total - 1) < 2e-4, "\(family.name): \(total)")
        }
    }

    @Test func rowsWithAValueBelongToItAloneWhereResponsesAreReal() {
        let points = Matrix(rowCount: 2, columnCount: 1, storage: [0.3, 0.3])
        for family in Self.families {
            let posteriors = Self.model(family).posteriors(points, responses: [3, 2]).posteriors
            let isShared = family.response == .count
            #expect((posteriors[0, 3] == 1) != isShared)
            #expect(isShared == (posteriors[0, 0] > 0))
            // No other row is of a point mass.
            #expect(posteriors[1, 2] == 0 && posteriors[1, 3] == 0)
        }
    }

    @Test(arguments: [-1.5, 0, 2]) func quantilesInvertTheDistribution(x: Double) {
        for family in Self.families {
            let distribution = Self.distribution(family, x)
            for level in stride(from: 0.005, to: 1, by: 0.0125) {
                let value = distribution.quantile(level)
                #expect(distribution.cumulativeProbability(value) >= level - 1e-12)
                #expect(distribution.probabilityBelow(value) <= level + 1e-9, "\(family.name) \(level)")
            }
            // Between both sides of the jump every level leads to the value itself.
            for value in [0.0, 3] {
                let (below, upTo) = (
                    distribution.probabilityBelow(value), distribution.cumulativeProbability(value)
                )
                #expect(upTo - below > 0.01)
                #expect(distribution.quantile(below + 0.5 * (upTo - below)) == value)
            }
        }
    }

    private static func distribution(_ family: any ExpertFamily, _ x: Double) -> any PredictiveDistribution {
        Prediction(model(family), covariates: Matrix(rowCount: 1, columnCount: 1, storage: [x])).distribution(0)
    }

    @Test(arguments: [-1.0, 0, 1.5, 3, 17]) func crpsIsItsDefinition(response: Double) {
        for family in Self.families where family.response == .number || response >= 0 {
            if family.response == .count, response != response.rounded() { continue }
            let distribution = Self.distribution(family, 0.5)
            // A step function near its jumps: many nodes.
            func part(_ low: Double, _ high: Double) -> Double {
                guard high > low else { return 0 }
                return Quadrature.integral(from: low, to: high, intervals: 40_000) { value in
                    let probability = distribution.cumulativeProbability(value)
                    let distance = value < response ? probability : 1 - probability
                    return distance * distance
                }
            }
            let isReal = family.response == .number
            let cuts = ([isReal ? -60 : 0, 0, 3, response, isReal ? 90 : 400]).sorted()
            let expected = zip(cuts, cuts.dropFirst()).reduce(0) { $0 + part($1.0, $1.1 - 1e-12) }
            let tolerance = family.response == .count ? 0.03 : 2e-4
            #expect(abs(distribution.crps(response) - expected) < tolerance, "\(family.name)")
        }
    }

    @Test func momentsAndSharesAreThoseOfDraws() {
        var random = RandomNumbers(seed: 4)
        for family in Self.families {
            let count = 60_000
            let points = Matrix(rowCount: count, columnCount: 1, repeating: 0.7)
            let draws = Self.model(family).sample(points, using: &random)
            let distribution = Self.distribution(family, 0.7)
            let mean = draws.reduce(0, +) / Double(count)
            let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
            let error = (distribution.variance / Double(count)).squareRoot()
            #expect(abs(mean - distribution.mean) < 5 * error)
            #expect(abs(variance / distribution.variance - 1) < 0.1)
            for value in [0.0, 3] {
                let share = Double(draws.count { $0 == value }) / Double(count)
                let expected = distribution.cumulativeProbability(value) - distribution.probabilityBelow(value)
                #expect(abs(share - expected) < 5 * (expected / Double(count)).squareRoot())
            }
        }
    }

    @Test func distributionsKeepTheirUserUnitsExactly() {
        let expert = FixedExpert(.pointMass(0.1))
        let moved = expert.standardised { ($0 - 0.3) * (1 / 0.7) }
        #expect(moved.distribution == .pointMass((0.1 - 0.3) * (1 / 0.7)))
        #expect(moved.restored == expert)
    }

    @Test func parametersOfFixedExpertsAreNotCounted() {
        // 2 experts of 2 coefficients and a dispersion, 4 gates of 2 against the last.
        #expect(Self.model(GaussianFamily()).parameterCount == 6 + 8)
        #expect(Self.model(PoissonFamily()).parameterCount == 4 + 6)
    }
}
