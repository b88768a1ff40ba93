import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

@Suite struct MixtureModelTests {
    private let model: MixtureModel
    private let points: Matrix

    init() {
        var random = RandomNumbers(seed: 1)
        model = RandomData.model(RandomData.design(3, expert: [0, 1], gate: [1, 2]), experts: 3, using: &random)
        points = RandomData.matrix(5, 3, using: &random)
    }

    /// Σ π_k N(y; η_k, σ²_k), written out.
    private func naiveDensity(_ y: Double, _ x: [Double]) -> Double {
        let gates = (0..<3).map { k in
            exp(
                model.gate.coefficients[0, k] + model.gate.coefficients[1, k] * x[1]
                    + model.gate.coefficients[2, k] * x[2])
        }
        return zip(gates, model.experts).reduce(0) { sum, part in
            let b = part.1.coefficients
            let residual = y - (b[0] + b[1] * x[0] + b[2] * x[1])
            let density =
                exp(-residual * residual / (2 * part.1.dispersion)) / (2 * .pi * part.1.dispersion).squareRoot()
            return sum + part.0 / gates.reduce(0, +) * density
        }
    }

    @Test func logDensitiesEqualTheFormula() {
        let responses = [0.1, -2, 3, 0.5, 1]
        let result = model.logDensities(points, responses: responses)
        for row in 0..<5 {
            #expect(difference(result[row], log(naiveDensity(responses[row], points.row(row)))) < 1e-13)
        }
    }

    @Test func densityIntegratesToOne() {
        for row in 0..<5 {
            let point = points.rows([row])
            let integral = Quadrature.integral(from: -25, to: 25) {
                exp(model.logDensities(point, responses: [$0])[0])
            }
            #expect(difference(integral, 1) < 1e-10)
        }
    }

    @Test func densityFarOutIsFinite() {
        #expect(model.logDensities(points.rows([0]), responses: [1e6])[0].isFinite)
    }

    @Test func jointDensitiesSumToTheDensity() {
        let responses = [0.1, -2, 3, 0.5, 1]
        let joint = model.logJointDensities(points, responses: responses)
        let total = model.logDensities(points, responses: responses)
        for row in 0..<5 { #expect(difference(Scalar.logSumExp(joint.row(row)), total[row]) < 1e-14) }
    }

    @Test func reorderedIsTheSameDensity() {
        let responses = [0.1, -2, 3, 0.5, 1]
        let other = model.reordered([2, 0, 1])
        #expect(other.experts[0] == model.experts[2])
        #expect(
            difference(
                other.logDensities(points, responses: responses), model.logDensities(points, responses: responses))
                < 1e-13)
    }

    /// Experts: 3 · (3 coefficients + 1 variance); gates: 2 · 3 coefficients.
    @Test func parameterCount() { #expect(model.parameterCount == 18) }

    @Test func samplesHaveMeanAndVarianceOfTheMixture() {
        let count = 100_000
        let point = points.row(1)
        let covariates = Matrix(columns: point.map { [Double](repeating: $0, count: count) })
        var random = RandomNumbers(seed: 5)
        let values = model.sample(covariates, using: &random)
        let gates = model.gateProbabilities(points).row(1)
        let means = model.predictors(points).row(1)
        let mean = dot(gates, means)
        let second = zip(gates, zip(means, model.experts)).reduce(0) {
            $0 + $1.0 * ($1.1.0 * $1.1.0 + $1.1.1.dispersion)
        }
        let variance = second - mean * mean
        let sampleMean = values.reduce(0, +) / Double(count)
        let squares = values.map { ($0 - mean) * ($0 - mean) }
        let sampleVariance = squares.reduce(0, +) / Double(count)
        let fourth = squares.reduce(0) { $0 + $1 * $1 } / Double(count)
        #expect(abs(sampleMean - mean) < 5 * (variance / Double(count)).squareRoot())
        #expect(abs(sampleVariance - variance) < 5 * (fourth / Double(count)).squareRoot())
    }

    @Test func sampledDistributionIsTheMixture() {
        let count = 50_000
        let covariates = Matrix(columns: points.row(2).map { [Double](repeating: $0, count: count) })
        var random = RandomNumbers(seed: 6)
        let values = model.sample(covariates, using: &random)
        let gates = model.gateProbabilities(points).row(2)
        let means = model.predictors(points).row(2)
        for y in [-2.0, 0, 1, 2.5] {
            let expected = (0..<3).reduce(0) {
                $0 + gates[$1]
                    * model.family.cumulativeProbability(
                        y, [means[$1]], dispersion: model.experts[$1].dispersion)
            }
            let share = Double(values.count { $0 <= y }) / Double(count)
            #expect(abs(share - expected) < 5 * (0.25 / Double(count)).squareRoot())
        }
    }
}

@Suite struct DesignTests {
    @Test func unionOfFeatures() {
        let design = Design(target: "y", expertFeatures: ["a", "b"], gateFeatures: ["c", "b"])
        #expect(design.covariates == ["a", "b", "c"])
        #expect(design.expertFeatures == ["a", "b"])
        #expect(Set(design.gateFeatures) == ["b", "c"])
        #expect(design.expertPositions == [0, 1, 2])
        #expect(design.gatePositions == [0, 2, 3])
        #expect(design.momentCount == 5)
        #expect(design.parametersPerExpert(GaussianFamily()) == 7)
    }

    @Test func allByDefault() {
        let design = Design(target: "y", covariates: ["a", "b"])
        #expect(design.expertCovariates == [0, 1] && design.gateCovariates == [0, 1])
    }
}

@Suite struct ShardRowsTests {
    @Test func concatenationAndSubset() {
        let first = ShardRows(covariates: Matrix(columns: [[1, 2], [3, 4]]), responses: [5, 6])
        let second = ShardRows(covariates: Matrix(columns: [[7], [8]]), responses: [9], weights: [0.5])
        let all = ShardRows.concatenation([first, second])
        #expect(all.covariates == Matrix(columns: [[1, 2, 7], [3, 4, 8]]))
        #expect(all.responses == [5, 6, 9])
        #expect(all.weights == [1, 1, 0.5])
        #expect(all.totalWeight == 2.5)
        let part = all.subset([2, 0])
        #expect(part.responses == [9, 5] && part.weights == [0.5, 1] && part.covariates.row(0) == [7, 8])
        #expect(ShardRows.concatenation([first, first]).weights == nil)
    }
}

@Suite struct FittedMixtureTests {
    @Test func orderOfWeight() {
        var random = RandomNumbers(seed: 3)
        let model = RandomData.model(RandomData.design(1), experts: 3, using: &random)
        let moments = [2.0, 5, 3].map {
            Moments(weight: $0, squaredWeight: $0, mean: [0, 0], scatter: PackedSymmetric(size: 2))
        }
        let ordered = FittedMixture(model: model, moments: moments, rowCount: 10, weight: 10).inOrderOfWeight()
        #expect(ordered.moments.map(\.weight) == [5, 3, 2])
        #expect(ordered.model.experts == [model.experts[1], model.experts[2], model.experts[0]])
    }
}
