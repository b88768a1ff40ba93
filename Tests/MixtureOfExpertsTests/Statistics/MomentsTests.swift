import MixtureOfExperts
import Numerics
import TestSupport
import Testing

@Suite struct MomentsTests {
    /// Weighted moments of rows, computed as their definition says.
    private static func direct(_ rows: Matrix, _ weights: [Double]) -> Moments {
        let total = weights.reduce(0, +)
        let mean = (0..<rows.columnCount).map { dot(rows.column($0), weights) / total }
        var scatter = PackedSymmetric(size: rows.columnCount)
        for (row, weight) in weights.enumerated() {
            scatter.addOuterProduct(zip(rows.row(row), mean).map(-), scale: weight)
        }
        return Moments(weight: total, squaredWeight: dot(weights, weights), mean: mean, scatter: scatter)
    }

    private static func difference(_ left: Moments, _ right: Moments) -> Double {
        TestSupport.difference(
            [left.weight, left.squaredWeight] + left.mean + left.scatter.storage,
            [right.weight, right.squaredWeight] + right.mean + right.scatter.storage)
    }

    private struct Sample {
        var rows: Matrix
        var weights: [Double]

        init(_ count: Int, seed: UInt64, origin: Double = 0) {
            var random = RandomNumbers(seed: seed)
            rows = RandomData.matrix(count, 4, using: &random)
            for index in rows.storage.indices { rows.storage[index] += origin }
            weights = (0..<count).map { _ in 2 * random.uniform() }
        }

        var moments: Moments { MomentsTests.direct(rows, weights) }

        func part(_ range: Range<Int>) -> Moments {
            MomentsTests.direct(rows.rows(Array(range)), Array(weights[range]))
        }
    }

    @Test func mergedPartsEqualTheWhole() {
        let sample = Sample(50, seed: 1)
        let parts = [sample.part(0..<7), sample.part(7..<8), sample.part(8..<50)]
        #expect(Self.difference(Moments.sum(parts, count: 4), sample.moments) < 1e-13)
    }

    @Test func mergeIsCommutativeAndAssociative() {
        let (a, b, c) = (Sample(9, seed: 2).moments, Sample(30, seed: 3).moments, Sample(2, seed: 4).moments)
        #expect(Self.difference(Moments.sum([a, b], count: 4), Moments.sum([b, a], count: 4)) < 1e-12)
        let left = Moments.sum([Moments.sum([a, b], count: 4), c], count: 4)
        let right = Moments.sum([a, Moments.sum([b, c], count: 4)], count: 4)
        #expect(Self.difference(left, right) < 1e-12)
    }

    @Test func emptyMomentsAreNeutral() {
        let moments = Sample(9, seed: 5).moments
        #expect(Moments.sum([Moments(count: 4), moments, Moments(count: 4)], count: 4) == moments)
    }

    /// A year, a time stamp: Σx² has no digits left for the variance, the scatter keeps it.
    @Test func largeOffsetsKeepTheVariance() {
        let sample = Sample(200, seed: 6, origin: 1e9)
        let merged = Moments.sum((0..<200).map { sample.part($0..<($0 + 1)) }, count: 4)
        #expect(TestSupport.difference(merged.scatter.storage, sample.moments.scatter.storage) < 1e-6)
        let shifted = merged.rescaled(center: [-1e9, -1e9, -1e9, -1e9], scale: [1, 1, 1, 1])
        #expect(Self.difference(shifted, Sample(200, seed: 6).moments) < 1e-6)
    }

    @Test func rawSumsGiveTheSameMoments() {
        let sample = Sample(40, seed: 7)
        var raw = PackedSymmetric(size: 5)
        for (row, weight) in sample.weights.enumerated() {
            raw.addOuterProduct([1] + sample.rows.row(row), scale: weight)
        }
        let squared = dot(sample.weights, sample.weights)
        #expect(Self.difference(Moments(rawSums: raw, squaredWeight: squared), sample.moments) < 1e-12)
    }

    @Test func rescaledMomentsAreThoseOfRescaledRows() {
        let sample = Sample(25, seed: 8)
        let center = [3.0, -100, 0, 2]
        let scale = [2.0, 0.1, -1, 50]
        var rows = sample.rows
        for column in 0..<4 {
            for row in 0..<25 { rows[row, column] = center[column] + scale[column] * rows[row, column] }
        }
        let rescaled = sample.moments.rescaled(center: center, scale: scale)
        #expect(Self.difference(rescaled, Self.direct(rows, sample.weights)) < 1e-12)
    }

    @Test func effectiveRows() {
        let sample = Sample(10, seed: 9)
        #expect(
            TestSupport.difference(Self.direct(sample.rows, [Double](repeating: 3, count: 10)).effectiveRows, 10)
                < 1e-14)
        let single = Self.direct(sample.rows, [1] + [Double](repeating: 0, count: 9))
        #expect(single.effectiveRows == 1)
        #expect(Moments(count: 4).effectiveRows == 0)
    }

    /// y = 1 + 2x at x = 0, 1, 2, with residuals r = (1, -2, 1) orthogonal to 1 and x.
    @Test func regressionEqualsClosedForm() {
        let rows = Matrix(columns: [[0, 1, 2], [1 + 1, 3 - 2, 5 + 1]])
        let moments = Self.direct(rows, [1, 1, 1])
        let (coefficients, variance) = moments.regression(on: [0])
        #expect(TestSupport.difference(coefficients, [1, 2]) < 1e-14)
        #expect(TestSupport.difference(variance, 2) < 1e-14)
    }

    @Test func residualsAreOrthogonalToTheRegressors() {
        let sample = Sample(60, seed: 10)
        let (coefficients, variance) = sample.moments.regression(on: [0, 2])
        var residuals = Array(sample.rows.column(3))
        for row in residuals.indices {
            residuals[row] -=
                coefficients[0] + coefficients[1] * sample.rows[row, 0] + coefficients[2] * sample.rows[row, 2]
        }
        let weighted = zip(residuals, sample.weights).map(*)
        #expect(abs(weighted.reduce(0, +)) < 1e-12)
        #expect(abs(dot(weighted, sample.rows.column(0))) < 1e-12)
        #expect(abs(dot(weighted, sample.rows.column(2))) < 1e-12)
        #expect(abs(dot(weighted, sample.rows.column(1))) > 1e-3)
        let mean = dot(weighted, residuals) / sample.weights.reduce(0, +)
        #expect(TestSupport.difference(variance, mean) < 1e-13)
    }

    @Test func meanSquaredResidualOfAnyCoefficients() {
        let sample = Sample(30, seed: 11)
        let coefficients = [0.7, -1, 2.5]
        var sum = 0.0
        for (row, weight) in sample.weights.enumerated() {
            let fitted = 0.7 - sample.rows[row, 1] + 2.5 * sample.rows[row, 2]
            sum += weight * (sample.rows[row, 3] - fitted) * (sample.rows[row, 3] - fitted)
        }
        let expected = sum / sample.weights.reduce(0, +)
        #expect(
            TestSupport.difference(sample.moments.meanSquaredResidual(of: coefficients, on: [1, 2]), expected) < 1e-13)
        #expect(Moments(count: 4).meanSquaredResidual(of: coefficients, on: [1, 2]) == 0)
    }

    /// The residual of a nearly exact line far from the origin: from raw sums only rounding would be left.
    @Test func closeFitsKeepTheirVariance() {
        var random = RandomNumbers(seed: 12)
        let x = RandomData.vector(100, using: &random)
        let noise = RandomData.vector(100, using: &random).map { 1e-5 * $0 }
        let moments = Self.direct(
            Matrix(columns: [x, zip(x, noise).map { 1000 + $0 + $1 }]), [Double](repeating: 1, count: 100))
        let reference = Self.direct(Matrix(columns: [x, noise]), [Double](repeating: 1, count: 100))
        let (expected, actual) = (reference.regression(on: [0]), moments.regression(on: [0]))
        #expect(relativeError(actual.residualVariance, expected.residualVariance) < 1e-4)
    }

    @Test func covariance() {
        let sample = Sample(30, seed: 13)
        let covariance = sample.moments.covariance(of: [2, 0])
        #expect(covariance[0, 1] == covariance[1, 0])
        #expect(TestSupport.difference(covariance[0, 1], sample.moments.scatter[2, 0] / sample.moments.weight) < 1e-15)
    }

    /// The rows of a shard, weighted by a factor each.
    @Test func momentsOfRows() {
        let sample = Sample(300, seed: 14)
        let rows = ShardRows(
            covariates: Matrix(rowCount: 300, columnCount: 3, storage: Array(sample.rows.storage.prefix(900))),
            responses: Array(sample.rows.column(3)), weights: sample.weights)
        var random = RandomNumbers(seed: 15)
        let factors = (0..<2).map { _ in (0..<300).map { _ in random.uniform() } }
        let moments = rows.moments(factors: Matrix(columns: factors))
        for (result, factor) in zip(moments, factors) {
            let weights = zip(sample.weights, factor).map(*)
            let expected = Self.direct(sample.rows, weights)
            #expect(TestSupport.difference(result.mean + [result.weight], expected.mean + [expected.weight]) < 1e-13)
            #expect(TestSupport.difference(result.scatter.storage, expected.scatter.storage) < 1e-12)
            let squared = zip(zip(sample.weights, sample.weights).map(*), factor).map(*).reduce(0, +)
            #expect(TestSupport.difference(result.squaredWeight, squared) < 1e-13)
        }
    }
}
