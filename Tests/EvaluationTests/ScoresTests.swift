import Evaluation
import Foundation
import MixtureOfExperts
import Numerics
import Testing

@Suite struct ScoresTests {
    /// Two experts on two covariates, of which the gate reads the second alone.
    static let model = MixtureModel(
        design: Design(target: "y", covariates: ["a", "b"], gateCovariates: [1]),
        gate: SoftmaxGate(coefficients: Matrix(columns: [[0.4, -1.5], [0, 0]])),
        experts: [
            Expert(coefficients: [1, 2, -1], dispersion: 0.5), Expert(coefficients: [-2, 0.5, 3], dispersion: 2),
        ])

    static func rows(_ count: Int, seed: UInt64, weights: [Double]? = nil) -> ShardRows {
        var random = RandomNumbers(seed: seed)
        let columns = (0..<2).map { _ in (0..<count).map { _ in random.normal() } }
        return ShardRows(
            covariates: Matrix(columns: columns), responses: (0..<count).map { _ in 2 * random.normal() },
            weights: weights)
    }

    private struct Naive {
        var density: Double
        var mean: Double
        var crps: Double
    }

    private func naive(_ rows: ShardRows) -> [Naive] {
        (0..<rows.rowCount).map { row in
            let x = rows.covariates.row(row)
            let y = rows.responses[row]
            let odds = exp(0.4 - 1.5 * x[1])
            let gate = [odds / (1 + odds), 1 / (1 + odds)]
            let means = [1 + 2 * x[0] - x[1], -2 + 0.5 * x[0] + 3 * x[1]]
            let variances = [0.5, 2]
            let density = (0..<2).reduce(0) {
                $0 + gate[$1] * exp(-0.5 * pow(y - means[$1], 2) / variances[$1])
                    / (2 * .pi * variances[$1]).squareRoot()
            }
            let distribution = GaussianMixtureDistribution(
                weights: gate, means: means, deviations: variances.map { $0.squareRoot() })
            return Naive(
                density: density, mean: gate[0] * means[0] + gate[1] * means[1], crps: distribution.crps(y))
        }
    }

    private func isClose(_ left: Double, _ right: Double) -> Bool {
        abs(left - right) < 1e-11 * max(1, abs(left), abs(right))
    }

    private func isClose(_ left: Double?, _ right: Double?) -> Bool {
        guard let left, let right else { return false }
        return isClose(left, right)
    }

    private func areClose(_ left: Scores, _ right: Scores) -> Bool {
        isClose(left.logLikelihood, right.logLikelihood)
            && isClose(left.logLikelihoodPerRow, right.logLikelihoodPerRow) && isClose(left.crps, right.crps)
            && isClose(left.rmse, right.rmse) && isClose(left.mae, right.mae)
            && isClose(left.relativePredictionError, right.relativePredictionError)
            && isClose(left.rSquared, right.rSquared) && isClose(left.correlation, right.correlation)
            && isClose(left.coverage90, right.coverage90)
    }

    /// More rows than one part holds.
    @Test(arguments: [7, 4100]) func scoresAreTheNaiveSums(_ count: Int) {
        let rows = Self.rows(count, seed: 3)
        let scores = Scores(Self.model, on: rows)
        let naive = naive(rows)
        let n = Double(count)
        let y = rows.responses
        let errors = zip(y, naive).map { $0 - $1.mean }
        let squared = errors.reduce(0) { $0 + $1 * $1 }
        let center = y.reduce(0, +) / n
        let spread = y.reduce(0) { $0 + pow($1 - center, 2) }
        let predictedCenter = naive.reduce(0) { $0 + $1.mean } / n
        let predictedSpread = naive.reduce(0) { $0 + pow($1.mean - predictedCenter, 2) }
        let product = zip(y, naive).reduce(0) { $0 + ($1.0 - center) * ($1.1.mean - predictedCenter) }
        #expect(scores.rows == count)
        #expect(isClose(scores.logLikelihood, naive.reduce(0) { $0 + log($1.density) }))
        #expect(isClose(scores.logLikelihoodPerRow, scores.logLikelihood / n))
        #expect(isClose(scores.crps, naive.reduce(0) { $0 + $1.crps } / n))
        #expect(isClose(scores.rmse, (squared / n).squareRoot()))
        #expect(isClose(scores.mae, errors.reduce(0) { $0 + abs($1) } / n))
        #expect(isClose(scores.relativePredictionError, squared / y.reduce(0) { $0 + $1 * $1 }))
        #expect(isClose(scores.rSquared, 1 - squared / spread))
        #expect(isClose(scores.correlation, product / (spread * predictedSpread).squareRoot()))
    }

    @Test func weightTwoCountsAsTheRowTwice() {
        let plain = Self.rows(30, seed: 5)
        let weighted = ShardRows(
            covariates: plain.covariates, responses: plain.responses,
            weights: (0..<30).map { Double($0 % 3) })
        let repeated = plain.subset((0..<30).flatMap { [Int](repeating: $0, count: $0 % 3) })
        let unweighted = Scores(Self.model, on: repeated)
        #expect(areClose(Scores(Self.model, on: weighted), unweighted))
        #expect(!areClose(Scores(Self.model, on: plain), unweighted))
    }

    @Test func scoresDoNotDependOnThreads() {
        let rows = Self.rows(9000, seed: 6)
        #expect(
            Scores(Self.model, on: rows, parallelism: Parallelism(threads: 2)) == Scores(Self.model, on: rows))
    }

    /// More components, of which many are the same: the same density, so the same scores.
    @Test func scoresOfAnAverageOfTheSameModel() throws {
        let rows = Self.rows(700, seed: 7)
        let average = AveragedModels(Self.model, weights: [0.5, 0.25] + [Double](repeating: 0.025, count: 10))
        let (many, one) = (Scores(average, on: rows), Scores(Self.model, on: rows))
        #expect(try abs(#require(many.crps) - #require(one.crps)) < 1e-8)
        var rest = many
        rest.crps = one.crps
        #expect(areClose(rest, one))
        #expect(Scores(average, on: rows, parallelism: Parallelism(threads: 2)) == many)
    }

    @Test func nothingToExplainGivesFiniteScores() throws {
        let constant = ShardRows(
            covariates: Matrix(rowCount: 4, columnCount: 2), responses: [0, 0, 0, 0])
        let scores = Scores(Self.model, on: constant)
        #expect(scores.correlation == nil)
        #expect(scores.relativePredictionError == nil)
        #expect(scores.rSquared == nil)
    }

    @Test func posteriorsFollowBayes() {
        let rows = Self.rows(20, seed: 8)
        let (logDensities, posteriors) = Self.model.posteriors(rows.covariates, responses: rows.responses)
        let joint = Self.model.logJointDensities(rows.covariates, responses: rows.responses)
        for (row, naive) in naive(rows).enumerated() {
            #expect(isClose(exp(logDensities[row]), naive.density))
            #expect(isClose(posteriors.row(row).reduce(0, +), 1))
            #expect(isClose(posteriors[row, 0], exp(joint[row, 0]) / naive.density))
        }
    }

    @Test func posteriorsOfAnAverageAreSharesOfThoseOfTheModel() {
        let rows = Self.rows(20, seed: 9)
        let weights = [0.7, 0.3]
        let (logDensities, posteriors) = AveragedModels(Self.model, weights: weights)
            .posteriors(rows.covariates, responses: rows.responses)
        let own = Self.model.posteriors(rows.covariates, responses: rows.responses)
        for row in 0..<20 {
            #expect(isClose(logDensities[row], own.logDensities[row]))
            for component in 0..<4 {
                #expect(
                    isClose(posteriors[row, component], weights[component / 2] * own.posteriors[row, component % 2]))
            }
        }
    }

    /// More rows than one part holds.
    @Test func clustersAreTheLargestPosteriors() {
        let rows = Self.rows(4500, seed: 10)
        let clusters = Self.model.mostProbableExperts(rows)
        let posteriors = Self.model.posteriors(rows.covariates, responses: rows.responses).posteriors
        #expect(clusters == (0..<4500).map { posteriors[$0, 0] >= posteriors[$0, 1] ? 0 : 1 })
        #expect(Set(clusters) == [0, 1])
        #expect(Self.model.mostProbableExperts(rows, parallelism: Parallelism(threads: 2)) == clusters)
        // Of equal posteriors the first.
        #expect(AveragedModels(Self.model, weights: [0.5, 0.5]).mostProbableExperts(rows) == clusters)
    }
}
