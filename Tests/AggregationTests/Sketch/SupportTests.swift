import Aggregation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

@Suite struct SupportTests {
    private static func moments(_ points: Matrix, weights: [Double]? = nil) -> Moments {
        ShardRows(
            covariates: points, responses: [Double](repeating: 0, count: points.rowCount), weights: weights
        ).moments(factors: Matrix(rowCount: points.rowCount, columnCount: 1, repeating: 1))[0]
    }

    /// Two sites of different place, size and shape, two experts each.
    private static var sketches: [[Moments]] {
        (0..<2).map { site in
            (0..<2).map { expert in
                var random = RandomNumbers(seed: UInt64(10 * site + expert))
                let shift = Double(2 * site - expert)
                var points = RandomData.matrix(2000 * (site + 1), 2, using: &random)
                for row in 0..<points.rowCount {
                    points[row, 1] = 0.5 * points[row, 0] * Double(expert + 1) + 0.4 * points[row, 1] - shift
                    points[row, 0] += shift
                }
                return moments(points)
            }
        }
    }

    @Test func drawnSupportHasTheSketchesMoments() {
        var random = RandomNumbers(seed: 1)
        let sketches = Self.sketches
        let support = SupportSample.drawn(from: CovariateSketch(sites: sketches), count: 40_000, using: &random)
        #expect(support.weights == [Double](repeating: 1, count: 40_000))
        let pooled = Moments.sum(sketches.flatMap { $0 }, count: 3)
        let drawn = Self.moments(support.points)
        #expect(difference(drawn.mean, pooled.mean) < 5 * 1.2 / 200)
        let indices = [0, 1]
        #expect(difference(drawn.covariance(of: indices).storage, pooled.covariance(of: indices).storage) < 0.05)
        #expect(abs(pooled.covariance(of: indices)[0, 1]) > 0.2)
    }

    /// Drawn without the smoothing of the densities, which is 0.03.
    @Test func drawnSupportOfOneSketch() {
        var random = RandomNumbers(seed: 2)
        let sketch = Self.sketches[1][1]
        let support = SupportSample.drawn(from: CovariateSketch(sites: [[sketch]]), count: 200_000, using: &random)
        let drawn = Self.moments(support.points)
        let covariance = sketch.covariance(of: [0, 1])
        #expect(difference(drawn.covariance(of: [0, 1]).storage, covariance.storage) < 0.018)
    }

    @Test func emptyAndDegenerateSketches() {
        let constant = Self.moments(Matrix(columns: [[1, 1, 1], [2, 2, 2]]))
        let sketch = CovariateSketch(sites: [[constant, Moments(count: 3)], [Self.sketches[0][0]]])
        var random = RandomNumbers(seed: 3)
        let points = sketch.sample(500, using: &random)
        #expect(points.storage.allSatisfy { $0.isFinite })
    }

    @Test func balancedWeightsOfThePooledPopulationAreEqual() {
        var random = RandomNumbers(seed: 4)
        let support = SupportSample.balanced(RandomData.matrix(5000, 3, using: &random))
        #expect(difference(support.weights.reduce(0, +) / 5000, 1) < 1e-12)
        #expect(support.weights.allSatisfy { abs($0 - 1) < 0.5 })
        let spread = support.weights.reduce(0) { $0 + ($1 - 1) * ($1 - 1) } / 5000
        #expect(spread < 0.01)
    }

    /// Rows from one end of the population are weighted back to its mean 0 and variance 1.
    @Test func balancedWeightsCorrectAShift() {
        var random = RandomNumbers(seed: 5)
        var points = RandomData.matrix(5000, 3, using: &random)
        for row in 0..<5000 {
            points[row, 0] += 0.7
            points[row, 1] *= 1.2
        }
        let support = SupportSample.balanced(points)
        let before = Self.moments(points)
        let after = Self.moments(points, weights: support.weights)
        #expect(before.mean[0] > 0.6)
        #expect(abs(after.mean[0]) < 0.05)
        #expect(abs(after.mean[1]) < 0.05)
        #expect(before.covariance(of: [1])[0, 0] > 1.3)
        #expect(abs(after.covariance(of: [0, 1])[1, 1] - 1) < 0.05)
        #expect(difference(support.weights.reduce(0, +) / 5000, 1) < 1e-12)
        #expect(support.weights.allSatisfy { $0 > 0 })
    }

    /// Rows that cannot meet the pooled moments at all still get finite weights.
    @Test func balancedWeightsWhereNothingFits() {
        let points = Matrix(columns: [(0..<50).map { 5 + 0.01 * Double($0) }])
        let support = SupportSample.balanced(points)
        #expect(support.weights.allSatisfy { $0.isFinite && $0 >= 0 })
        #expect(difference(support.weights.reduce(0, +) / 50, 1) < 1e-12)
    }
}

@Suite struct GreedyMergingTests {
    private let design = RandomData.design(2)

    private func groups(_ moments: [Moments]) -> [GreedyMerging.Group] {
        moments.enumerated().map {
            GreedyMerging.Group(
                members: [$0.offset], expert: Expert(coefficients: [], dispersion: 1), moments: $0.element)
        }
    }

    /// Three regressions, each seen by several components of different size and place, in mixed order.
    @Test func recoversTheGroups() {
        var random = RandomNumbers(seed: 6)
        let truths = [[1.0, 2, -1], [-2, 0, 1], [1.0, 2, 1]]
        var components = [Moments]()
        var totals = [0.0, 0, 0]
        for index in 0..<15 {
            let group = index % 3
            let count = 60 + 10 * index
            var covariates = RandomData.matrix(count, 2, using: &random)
            for row in 0..<count { covariates[row, 0] += Double(index % 4) - 1.5 }
            let responses = (0..<count).map { row in
                dot(truths[group], [1] + covariates.row(row)) + 0.5 * random.normal()
            }
            components += ShardRows(covariates: covariates, responses: responses)
                .moments(factors: Matrix(rowCount: count, columnCount: 1, repeating: 1))
            totals[group] += Double(count)
        }
        let merged = GreedyMerging.groups(groups(components), count: 3, design: design).map(\.moments)
        #expect(merged.count == 3)
        for (truth, total) in zip(truths, totals) {
            let found = merged.first { abs($0.weight - total) < 1e-6 }
            let coefficients = found?.regression(on: [0, 1]).coefficients ?? []
            #expect(difference(coefficients, truth) < 0.1)
        }
        let all = GreedyMerging.groups(groups(components), count: 1, design: design)
        #expect(difference(all[0].moments.weight, totals.reduce(0, +)) < 1e-12)
    }

    /// Six rows for seven coefficients: each component fits exactly, and still those of one regression find each other.
    @Test func componentsWithFewerRowsThanCoefficients() {
        var random = RandomNumbers(seed: 8)
        let truths = [[3.0, 2, -1, 0, 2, 1, -2], [-3.0, -2, 1, 2, -1, 0, 2]]
        let components = (0..<20).flatMap { index in
            let covariates = RandomData.matrix(6, 6, using: &random)
            let responses = (0..<6).map { row in
                dot(truths[index % 2], [1] + covariates.row(row)) + 0.1 * random.normal()
            }
            return ShardRows(covariates: covariates, responses: responses.map { $0 / 5 })
                .moments(factors: Matrix(rowCount: 6, columnCount: 1, repeating: 1))
        }
        // A whole component of each, as a site with more rows sends it.
        let large = truths.map { truth in
            let covariates = RandomData.matrix(100, 6, using: &random)
            let responses = (0..<100).map { row in (dot(truth, [1] + covariates.row(row)) + random.normal()) / 5 }
            return ShardRows(covariates: covariates, responses: responses)
                .moments(factors: Matrix(rowCount: 100, columnCount: 1, repeating: 1))
        }.flatMap { $0 }
        let merged = GreedyMerging.groups(groups(components + large), count: 2, design: RandomData.design(6))
            .map(\.moments)
        #expect(merged.map(\.weight) == [160, 160])
        for (group, truth) in zip(merged, truths) {
            #expect(difference(group.regression(on: Array(0..<6)).coefficients.map { 5 * $0 }, truth) < 0.5)
        }
    }

    /// More than are merged at once: every component ends in one group, that of its regression.
    @Test func manyComponentsAreMergedInParts() {
        var random = RandomNumbers(seed: 9)
        let truths = [[1.0, 2, -1], [-2, 0, 1]]
        let components = (0..<900).flatMap { index in
            let covariates = RandomData.matrix(12, 2, using: &random)
            let responses = (0..<12).map { row in
                dot(truths[index % 2], [1] + covariates.row(row)) + 0.1 * random.normal()
            }
            return ShardRows(covariates: covariates, responses: responses)
                .moments(factors: Matrix(rowCount: 12, columnCount: 1, repeating: 1))
        }
        let merged = GreedyMerging.groups(groups(components), count: 2, design: design)
        #expect(merged.map(\.moments.weight) == [5400, 5400])
        for (group, truth) in zip(merged, truths) {
            #expect(difference(group.moments.regression(on: [0, 1]).coefficients, truth) < 0.02)
        }
    }

    @Test func fewComponentsAreLeftAlone() {
        let sketch = LocalModels.disturbed(1).moments
        let withEmpty = groups(sketch + [Moments(count: 3)])
        #expect(GreedyMerging.groups(groups(sketch), count: 2, design: design).map(\.moments) == sketch)
        #expect(GreedyMerging.groups(withEmpty, count: 5, design: design).map(\.moments) == sketch)
    }
}
