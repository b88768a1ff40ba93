import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

import Estimation

@Suite struct MarginalTests {
    /// A skewed, a heaped, a two-valued and a zero-inflated column, and a regression on the first.
    private static func rows(_ count: Int, seed: UInt64, outlier: Double? = nil) -> ShardRows {
        var random = RandomNumbers(seed: seed)
        var covariates = Matrix(rowCount: count, columnCount: 4)
        for row in 0..<count {
            covariates[row, 0] = exp(random.normal())
            covariates[row, 1] = Double(random.index(below: 7))
            covariates[row, 2] = random.uniform() < 0.2 ? 1 : 0
            covariates[row, 3] = random.uniform() < 0.4 ? 0 : 10 * random.gamma(shape: 2)
        }
        if let outlier { covariates[0, 0] = outlier }
        let responses = (0..<count).map { covariates[$0, 0] + 2 * covariates[$0, 2] + random.normal() }
        return ShardRows(covariates: covariates, responses: responses)
    }

    private static func fit(_ rows: ShardRows, experts: Int = 1, minRows: Double = 10, threads: Int = 1) throws
        -> FittedMixture
    {
        let options = FitOptions(expertCount: experts, starts: 2, minRows: minRows, standardErrors: .none)
        return try LocalFit(
            design: RandomData.design(rows.covariateCount), options: options, parallelism: Parallelism(threads: threads)
        ).fit(rows).fitted
    }

    @Test func binsHaveTheMomentsOfTheirExpert() throws {
        let fitted = try Self.fit(Self.rows(3000, seed: 1), experts: 2)
        #expect(fitted.marginals.count == 2)
        for (moments, marginals) in zip(fitted.moments, fitted.marginals) {
            for (column, marginal) in marginals.enumerated() {
                let marginal = try #require(marginal)
                let variance = moments.scatter[column, column] / moments.weight
                #expect(abs(marginal.mean - moments.mean[column]) < 0.002 * variance.squareRoot())
                #expect(marginal.variance < 1.001 * variance)
                #expect(marginal.variance > 0.7 * variance)
                let sizes = marginal.bins.map { $0.share * moments.effectiveRows }
                #expect(sizes.allSatisfy { $0 > 9.99 })
                #expect(zip(marginal.bins, marginal.bins.dropFirst()).allSatisfy { $0.mean <= $1.mean })
            }
        }
    }

    @Test func skewedColumnsHaveFinerBinsTowardsTheTails() throws {
        let marginal = try #require(try Self.fit(Self.rows(3000, seed: 2)).marginals[0][0])
        #expect(marginal.hasUsualShares)
        // 3000 rows make up 300 bins of ten: 15 of them in a bin of a twentieth, which is halved three times.
        #expect(marginal.bins.count == 26)
        #expect(abs(marginal.bins[0].share - 0.05 / 8) < 1e-12)
    }

    @Test func commonValuesAreBinsOfTheirOwn() throws {
        let rows = Self.rows(3000, seed: 3)
        let marginals = try Self.fit(rows).marginals[0]
        let heaped = try #require(marginals[1])
        #expect(heaped.bins.map(\.mean) == [0, 1, 2, 3, 4, 5, 6] && heaped.bins.allSatisfy { $0.isAtom })
        #expect(marginals[2]?.twoValues?.low == 0 && marginals[2]?.twoValues?.high == 1)
        let inflated = try #require(marginals[3])
        #expect(inflated.bins[0].isAtom && inflated.bins[0].mean == 0)
        let zeros = rows.covariates.column(3).filter { $0 == 0 }.count
        #expect(abs(inflated.bins[0].share - Double(zeros) / 3000) < 1e-5)
        #expect(inflated.bins.dropFirst().allSatisfy { !$0.isAtom })
    }

    /// An order statistic of one row would show the largest value; a mean of ten shows a tenth of it.
    @Test func noBinShowsASingleRow() throws {
        let marginal = try #require(try Self.fit(Self.rows(500, seed: 4, outlier: 1000)).marginals[0][0])
        #expect((marginal.bins.last?.mean ?? .infinity) < 120)
        let larger = try #require(try Self.fit(Self.rows(500, seed: 4), minRows: 60).marginals[0][0])
        #expect(larger.bins.allSatisfy { $0.share * 500 > 59.9 })
        // Without a threshold rule ten rows are the least all the same.
        let least = try #require(try Self.fit(Self.rows(500, seed: 4), minRows: 1).marginals[0][0])
        #expect(least.bins.allSatisfy { $0.share * 500 > 9.99 })
    }

    @Test func fewRowsAndWithheldColumnsHaveNone() throws {
        let rows = Self.rows(400, seed: 5)
        var covariates = rows.covariates
        // Nine rows differ from the usual value: withheld.
        for row in 0..<400 { covariates[row, 3] = row < 9 ? Double(row + 1) : 0 }
        let fitted = try Self.fit(ShardRows(covariates: covariates, responses: rows.responses))
        #expect(fitted.marginals[0][3] == nil)
        #expect(fitted.marginals[0][0] != nil)
        let few = try Self.fit(Self.rows(19, seed: 6))
        #expect(few.marginals.isEmpty || few.marginals[0][0] == nil)
    }

    @Test func weightsAreSharesAndThreadsChangeNothing() throws {
        let plain = Self.rows(600, seed: 7)
        let weighted = ShardRows(
            covariates: plain.covariates, responses: plain.responses,
            weights: (0..<600).map { plain.covariates[$0, 2] == 1 ? 3 : 1 })
        let ones = plain.covariates.column(2).reduce(0, +)
        let marginal = try #require(try Self.fit(weighted).marginals[0][2])
        #expect(abs(marginal.bins[1].share - 3 * ones / (3 * ones + 600 - ones)) < 1e-5)
        let one = try Self.fit(plain, experts: 2)
        let four = try Self.fit(plain, experts: 2, threads: 4)
        #expect(four.marginals == one.marginals)
        #expect(!one.marginals.isEmpty)
    }

    @Test(arguments: [(3.0, 3), (19.9, 19), (20, 20), (39.9, 20), (40, 22), (1e9, 30)])
    func sharesFollowFromTheNumberOfBins(rows: Double, count: Int) {
        let shares = Marginal.shares(bins: rows)
        #expect(shares.count == count)
        #expect(abs(shares.reduce(0, +) - 1) < 1e-12)
        #expect(shares.allSatisfy { $0 * rows > 0.999 })
        #expect(Marginal.shares(count: count) == shares)
        #expect(Marginal.shares(count: 21) == nil)
    }

    @Test func mixturesKeepMeansAndCommonValues() throws {
        var first = try #require(try Self.fit(Self.rows(900, seed: 8)).marginals[0][3])
        let second = try #require(try Self.fit(Self.rows(2000, seed: 9)).marginals[0][3])
        first = first.rescaled(center: 0, scale: 2)
        let both = try #require(
            Marginal.mixture([(weight: 900, marginal: first), (weight: 2000, marginal: second)], bins: 32))
        #expect(abs(both.mean - (900 * first.mean + 2000 * second.mean) / 2900) < 1e-9)
        #expect(both.bins[0].isAtom && both.bins[0].mean == 0)
        #expect(abs(both.bins[0].share - (900 * first.bins[0].share + 2000 * second.bins[0].share) / 2900) < 1e-9)
        #expect(both.bins.count < 60)
        let values = [0.0, 1, 2].map { Marginal.Bin(share: 1, mean: $0, isAtom: true) }
        let heaped = Marginal(bins: values)
        let joined = Marginal.mixture([(weight: 1, marginal: heaped), (weight: 3, marginal: heaped)], bins: 32)
        #expect(joined == heaped)
    }
}
