import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

import Aggregation

/// Draws of covariates from moments and marginals, against the rows that these are of.
@Suite struct CovariateDrawTests {
    private static let names = ["skewed", "heaped", "flag", "inflated", "b", "c", "d", "normal"]

    /// A skewed, a heaped, a two-valued and a zero-inflated column, a category of four levels and a normal one, all of them dependent.
    private static func rows(_ count: Int, seed: UInt64, shift: Double = 0) -> ShardRows {
        var random = RandomNumbers(seed: seed)
        var covariates = Matrix(rowCount: count, columnCount: names.count)
        for row in 0..<count {
            let common = random.normal() + shift
            let own = (0..<4).map { _ in 0.6 * common + 0.8 * random.normal() }
            covariates[row, 0] = exp(0.8 * own[0])
            covariates[row, 1] = min(max((2 * own[1] + 3).rounded(), 0), 6)
            covariates[row, 2] = own[2] > 1 ? 1 : 0
            covariates[row, 3] = own[3] < 0 ? 0 : own[3] * own[3]
            let level = random.index(weights: [1, exp(0.7 * common), 0.3 * exp(-common), 0.5])
            if level > 0 { covariates[row, 3 + level] = 1 }
            covariates[row, 7] = own[0] - own[2] + random.normal()
        }
        return ShardRows(covariates: covariates, responses: (0..<count).map { _ in random.normal() })
    }

    private static func fitted(_ rows: ShardRows) throws -> FittedMixture {
        let design = Design(target: "y", covariates: names)
        let options = FitOptions(expertCount: 1, starts: 1, standardErrors: .none)
        return try LocalFit(design: design, options: options).fit(rows).fitted
    }

    private static func sketch(_ fitted: [FittedMixture]) -> CovariateSketch {
        CovariateSketch(sites: fitted.map(\.moments), marginals: fitted.map(\.marginals))
    }

    private static func moments(_ points: Matrix) -> Moments {
        ShardRows(covariates: points, responses: [Double](repeating: 0, count: points.rowCount))
            .moments(factors: Matrix(rowCount: points.rowCount, columnCount: 1, repeating: 1))[0]
    }

    @Test func drawsHaveMeansAndCovariancesOfTheRows() throws {
        let fitted = try Self.fitted(Self.rows(4000, seed: 1))
        var random = RandomNumbers(seed: 2)
        let drawn = Self.moments(Self.sketch([fitted]).sample(40_000, using: &random))
        let columns = Array(0..<Self.names.count)
        let wanted = fitted.moments[0].covariance(of: columns)
        let found = drawn.covariance(of: columns)
        for row in columns {
            let deviation = wanted[row, row].squareRoot()
            #expect(abs(drawn.mean[row] - fitted.moments[0].mean[row]) < 0.02 * deviation)
            // Fourth moments of skewed columns make variances vary more than means.
            #expect(abs(found[row, row] / wanted[row, row] - 1) < (row == 0 || row == 3 ? 0.12 : 0.03))
            for column in 0..<row {
                let unit = deviation * wanted[column, column].squareRoot()
                // Levels are fitted at points, and heavy tails differ between samples of points.
                let isLevel = (4...6).contains(row) || (4...6).contains(column)
                #expect(abs(found[row, column] - wanted[row, column]) < (isLevel ? 0.1 : 0.035) * unit)
            }
        }
        #expect(abs(wanted[4, 0]) > 0.05 * (wanted[4, 4] * wanted[0, 0]).squareRoot())
        #expect(abs(wanted[2, 1]) > 0.1 * (wanted[2, 2] * wanted[1, 1]).squareRoot())
    }

    @Test func valuesStayWhatTheyAre() throws {
        let sites = try (0..<3).map {
            try Self.fitted(Self.rows(300 * ($0 + 1), seed: UInt64(20 + $0), shift: Double($0) - 1))
        }
        var random = RandomNumbers(seed: 3)
        let points = Self.sketch(sites).sample(20_000, using: &random)
        for row in 0..<points.rowCount {
            let levels = (4...6).map { points[row, $0] }
            #expect(levels.allSatisfy { $0 == 0 || $0 == 1 } && levels.reduce(0, +) <= 1)
            #expect(points[row, 2] == 0 || points[row, 2] == 1)
            #expect(points[row, 1] == points[row, 1].rounded() && (0...6).contains(points[row, 1]))
            #expect(points[row, 3] >= 0)
        }
        let pooled = Moments.sum(sites.flatMap(\.moments), count: Self.names.count + 1)
        for level in 4...6 {
            let share = points.column(level).reduce(0, +) / 20_000
            #expect(abs(share - pooled.mean[level]) < 0.012)
        }
    }

    @Test func marginalsOfDrawsAreTheBins() throws {
        let fitted = try Self.fitted(Self.rows(4000, seed: 4))
        var random = RandomNumbers(seed: 5)
        let points = Self.sketch([fitted]).sample(40_000, using: &random)
        for column in [0, 1, 3, 7] {
            let marginal = try #require(fitted.marginals[0][column])
            let deviation = (fitted.moments[0].scatter[column, column] / fitted.moments[0].weight).squareRoot()
            let sorted = points.column(column).sorted()
            var first = 0.0
            for bin in marginal.bins where bin.share >= 0.02 {
                let start = marginal.bins.filter { $0.mean < bin.mean }.reduce(0) { $0 + $1.share }
                let rows = Int(start * 40_000)..<Int((start + bin.share) * 40_000)
                let mean = sorted[rows].reduce(0, +) / Double(rows.count)
                #expect(abs(mean - bin.mean) < 0.06 * deviation)
                first += bin.share
            }
            #expect(first > 0.8)
        }
    }

    /// Sites with too few rows for bins take the values of the others, with shares for their own moments.
    @Test func sitesWithoutMarginalsTakeThoseOfOthers() throws {
        let large = try Self.fitted(Self.rows(3000, seed: 6))
        var small = try Self.fitted(Self.rows(400, seed: 7, shift: 0.3))
        small.marginals = []
        let sketch = Self.sketch([large, small])
        let points = sketch.points(of: 1, at: sketch.normals)
        let mean = small.moments[0].mean
        for row in 0..<points.rowCount {
            #expect(points[row, 2] == 0 || points[row, 2] == 1)
            #expect(points[row, 1] == points[row, 1].rounded())
            #expect(points[row, 0] > 0)
        }
        let drawn = Self.moments(points)
        for column in [0, 1, 2, 3, 7] {
            let deviation = (small.moments[0].scatter[column, column] / small.moments[0].weight).squareRoot()
            #expect(abs(drawn.mean[column] - mean[column]) < 0.12 * deviation)
        }
    }

    @Test func withoutAnyMarginalsDrawsAreNormal() throws {
        var fitted = try Self.fitted(Self.rows(2000, seed: 8))
        fitted.marginals = []
        let sketch = Self.sketch([fitted])
        // Points and their mirror images.
        let points = sketch.points(of: 0, at: sketch.normals)
        for column in 0..<points.columnCount {
            let middle = (0..<128).map { points[2 * $0, column] + points[2 * $0 + 1, column] }
            let deviation = (fitted.moments[0].scatter[column, column] / fitted.moments[0].weight).squareRoot()
            #expect(middle.allSatisfy { abs($0 - 2 * fitted.moments[0].mean[column]) < 1e-9 * (1 + deviation) })
        }
    }

    @Test func threadsChangeNothing() throws {
        let sites = try (0..<4).map { try Self.fitted(Self.rows(300, seed: UInt64(30 + $0), shift: Double($0) / 2)) }
        var (first, second) = (RandomNumbers(seed: 9), RandomNumbers(seed: 9))
        let serial = Self.sketch(sites).sample(2000, using: &first)
        #expect(Self.sketch(sites).sample(2000, using: &second, parallelism: Parallelism(threads: 4)) == serial)
    }

    /// Columns that determine each other, and experts of few rows: no correlation matrix is exactly what is asked for.
    @Test func degenerateMomentsAreDrawn() throws {
        let rows = Self.rows(200, seed: 10)
        var covariates = rows.covariates
        for row in 0..<200 { covariates[row, 7] = 2 * covariates[row, 0] + 1 }
        let dependent = ShardRows(covariates: covariates, responses: rows.responses)
        let sketch = try Self.sketch([Self.fitted(dependent), Self.fitted(Self.rows(30, seed: 11))])
        var random = RandomNumbers(seed: 12)
        let points = sketch.sample(5000, using: &random)
        #expect(points.storage.allSatisfy { $0.isFinite })
        let drawn = Self.moments(points)
        #expect(drawn.scatter[7, 0] > 0.8 * (drawn.scatter[7, 7] * drawn.scatter[0, 0]).squareRoot())
    }
}

@Suite struct HermiteSeriesTests {
    /// P(z > 0, z' > 0) - ¼ = asin(ρ) / 2π.
    @Test(arguments: [-0.95, -0.3, 0.01, 0.6, 0.97])
    func tetrachoricCorrelationOfMedians(correlation: Double) {
        let found = HermiteSeries.tetrachoric(0, 0, 0.5 * asin(correlation) / .pi)
        #expect(abs(found - correlation) < 1e-4)
    }

    @Test func lognormalCovariance() throws {
        // cov(exp(sz), exp(sz')) = exp(s²) (exp(s²ρ) - 1); products of coefficients exp(s²) s^2k / k!.
        let s = 0.8
        var products = [Double]()
        var term = exp(s * s)
        for k in 1...HermiteSeries.terms {
            term *= s * s / Double(k)
            products.append(term)
        }
        for correlation in [-0.7, 0.2, 0.9] {
            let covariance = exp(s * s) * (exp(s * s * correlation) - 1)
            #expect(abs(HermiteSeries.root(products, covariance) - correlation) < 1e-6)
        }
    }

    @Test func coefficientsOfAStep() {
        // E[1(z > t) z] = φ(t), E[1(z > t) (z² - 1)/√2] = t φ(t)/√2.
        let series = HermiteSeries.ofStep(at: 0.7)
        #expect(abs(series[0] - Scalar.normalDensity(0.7)) < 1e-15)
        #expect(abs(series[1] - 0.7 * Scalar.normalDensity(0.7) / 2.0.squareRoot()) < 1e-15)
    }
}
