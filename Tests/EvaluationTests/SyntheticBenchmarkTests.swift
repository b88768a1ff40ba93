import Evaluation
import Foundation
import LinearAlgebra
import MixtureOfExperts
import TestSupport
import Testing

@Suite struct SyntheticBenchmarkTests {
    /// P(z = k | x) from the normal densities of the groups, by Bayes' rule.
    @Test(arguments: SyntheticBenchmark.Profile.allCases, [3, 5])
    func theGateIsThePosteriorOfTheGroups(profile: SyntheticBenchmark.Profile, capacity: Int) {
        let benchmark = SyntheticBenchmark(profile: profile, shardCount: 7, capacity: capacity, seed: 4)
        let points = benchmark.testRows(50).rows.covariates
        let gates = benchmark.trueModel.gateProbabilities(points)
        for row in 0..<50 {
            let joint = (0..<5).map { group in
                let distance = zip(points.row(row), benchmark.means[group]).reduce(0) {
                    $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
                }
                return benchmark.pooledShares[group] * exp(-0.5 * distance)
            }
            let posterior = joint.map { $0 / joint.reduce(0, +) }
            #expect(difference(gates.row(row), posterior) < 1e-12)
        }
    }

    @Test func theSeedDecides() {
        let (one, same, other) = (
            SyntheticBenchmark(profile: .severe, shardCount: 4, seed: 4),
            SyntheticBenchmark(profile: .severe, shardCount: 4, seed: 4),
            SyntheticBenchmark(profile: .severe, shardCount: 4, seed: 5)
        )
        #expect(one.trueModel == same.trueModel)
        #expect(one.shard(2, rowCount: 100).rows.responses == same.shard(2, rowCount: 100).rows.responses)
        #expect(one.testRows(100).rows.covariates == same.testRows(100).rows.covariates)
        #expect(one.trueModel != other.trueModel)
        #expect(one.shard(2, rowCount: 100).rows.responses != one.shard(3, rowCount: 100).rows.responses)
    }

    /// Another shard of a study does not change the ones before it.
    @Test func shardsDoNotDependOnTheirNumber() {
        let (few, many) = (
            SyntheticBenchmark(profile: .balanced, shardCount: 2, seed: 1),
            SyntheticBenchmark(profile: .balanced, shardCount: 20, seed: 1)
        )
        #expect(few.shard(1, rowCount: 50).rows.responses == many.shard(1, rowCount: 50).rows.responses)
    }

    @Test func parametersAreAsDescribed() {
        let benchmark = SyntheticBenchmark(profile: .balanced, shardCount: 4, seed: 9)
        for means in benchmark.means {
            #expect(means.count == 20)
            for mean in means {
                #expect(abs(mean) < 0.57)
                #expect(abs(mean / 0.28 - (mean / 0.28).rounded()) < 1e-12)
            }
        }
        for coefficients in benchmark.coefficients {
            #expect(coefficients[0] == 0 && coefficients.count == 21)
            #expect(coefficients.allSatisfy { abs($0) <= 10 && $0 == $0.rounded() })
        }
        #expect(benchmark.trueModel.experts.allSatisfy { $0.dispersion == 3 })
    }

    @Test func capacity() {
        let benchmark = SyntheticBenchmark(profile: .balanced, shardCount: 5, capacity: 3, seed: 2)
        for shard in 0..<5 {
            let labels = Set(benchmark.shard(shard, rowCount: 500).labels)
            #expect(labels == Set((0..<3).map { (shard + $0) % 5 }))
        }
        #expect(difference(benchmark.pooledShares, [0.2, 0.2, 0.2, 0.2, 0.2]) < 1e-14)
        #expect(Set(benchmark.testRows(500).labels) == Set(0..<5))
    }

    @Test(arguments: SyntheticBenchmark.Profile.allCases, [3, 5])
    func sharesOfTheRows(profile: SyntheticBenchmark.Profile, capacity: Int) {
        let benchmark = SyntheticBenchmark(profile: profile, shardCount: 8, capacity: capacity, seed: 3)
        #expect(difference(benchmark.pooledShares.reduce(0, +), 1) < 1e-14)
        let labels = benchmark.testRows(20_000).labels
        for (group, share) in benchmark.pooledShares.enumerated() {
            let observed = Double(labels.count { $0 == group }) / 20_000
            #expect(abs(observed - share) < 5 * (share * (1 - share) / 20_000).squareRoot())
        }
    }

    /// The rows of a group are those of its normal distribution and its regression.
    @Test func rowsComeFromTheirGroups() {
        let benchmark = SyntheticBenchmark(profile: .moderate, shardCount: 4, seed: 6)
        let sample = benchmark.testRows(20_000)
        for group in 0..<5 {
            let indices = sample.labels.indices.filter { sample.labels[$0] == group }
            let rows = sample.rows.subset(indices)
            let moments = rows.moments(factors: Matrix(rowCount: indices.count, columnCount: 1, repeating: 1))[0]
            let error = 5 / Double(indices.count).squareRoot()
            #expect(difference(Array(moments.mean.dropLast()), benchmark.means[group]) < error)
            let covariance = moments.covariance(of: Array(0..<20))
            #expect(difference(covariance.storage, Matrix.identity(20).storage) < 1.5 * error)
            let (coefficients, variance) = moments.regression(on: Array(0..<20))
            #expect(zip(coefficients, benchmark.coefficients[group]).allSatisfy { abs($0 - $1) < 2 * error })
            #expect(abs(variance - 3) < 3 * 1.5 * error)
        }
    }
}
