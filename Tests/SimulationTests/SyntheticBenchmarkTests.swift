import Foundation
import Numerics
import Simulation
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

    /// Where the shards differ in x alone, P(z = k | x) in each of them is the gate of the pooled rows.
    @Test(arguments: SyntheticBenchmark.Profile.allCases, [0.5, 1, 2])
    func aShiftLeavesTheGateAsItIs(profile: SyntheticBenchmark.Profile, shift: Double) {
        let benchmark = SyntheticBenchmark(profile: profile, shardCount: 23, shift: shift, seed: 4)
        let points = benchmark.testRows(20).rows.covariates
        let gates = benchmark.trueModel.gateProbabilities(points)
        for shard in [0, 7, 19, 22] {
            let (tilt, shares) = (benchmark.tilt(shard: shard), benchmark.shares(shard: shard))
            #expect(difference(dot(tilt, tilt), shift * shift) < 1e-14)
            for row in 0..<20 {
                let joint = (0..<5).map { group in
                    let away = points.row(row).indices.map {
                        points[row, $0] - benchmark.means[group][$0] - tilt[$0]
                    }
                    return shares[group] * exp(-0.5 * dot(away, away))
                }
                let posterior = joint.map { $0 / joint.reduce(0, +) }
                #expect(difference(gates.row(row), posterior) < 1e-12)
            }
        }
    }

    /// p_m(x) / p(x) is exp(t_m'x) up to a constant: the shift is a tilt and nothing else.
    @Test func aShiftIsATilt() {
        let (plain, shifted) = (
            SyntheticBenchmark(profile: .severe, shardCount: 4, seed: 4),
            SyntheticBenchmark(profile: .severe, shardCount: 4, shift: 1.5, seed: 4)
        )
        func logDensity(_ benchmark: SyntheticBenchmark, _ x: [Double]) -> Double {
            let (tilt, shares) = (benchmark.tilt(shard: 2), benchmark.shares(shard: 2))
            return log(
                (0..<5).reduce(0) { sum, group in
                    let away = x.indices.map { x[$0] - benchmark.means[group][$0] - tilt[$0] }
                    return sum + shares[group] * exp(-0.5 * dot(away, away))
                })
        }
        let points = plain.testRows(20).rows.covariates
        let constants = (0..<20).map { row in
            let x = points.row(row)
            return logDensity(shifted, x) - logDensity(plain, x) - dot(shifted.tilt(shard: 2), x)
        }
        #expect(constants.allSatisfy { abs($0 - constants[0]) < 1e-11 })
    }

    @Test func sitesLeanToRegionsOfTheirOwn() {
        let benchmark = SyntheticBenchmark(profile: .balanced, shardCount: 40, shift: 1, seed: 4)
        let tilts = (0..<40).map(benchmark.tilt(shard:))
        #expect(Set(tilts).count == 40)
        #expect(tilts.allSatisfy { $0.count { $0 != 0 } == 1 })
        let pooled = tilts.reduce([Double](repeating: 0, count: 20)) { zip($0, $1).map(+) }
        #expect(pooled.allSatisfy { $0 == 0 })
    }

    /// The rows of a group in a shard are those of its normal distribution, moved by the tilt; y given x stays.
    @Test func shiftedRowsComeFromTheirGroups() {
        let benchmark = SyntheticBenchmark(profile: .moderate, shardCount: 8, shift: 1, seed: 6)
        let sample = benchmark.shard(3, rowCount: 20_000)
        for (group, share) in benchmark.shares(shard: 3).enumerated() {
            let indices = sample.labels.indices.filter { sample.labels[$0] == group }
            let observed = Double(indices.count) / 20_000
            #expect(abs(observed - share) < 5 * (share * (1 - share) / 20_000).squareRoot())
            let moments = sample.rows.subset(indices).moments(
                factors: Matrix(rowCount: indices.count, columnCount: 1, repeating: 1))[0]
            let error = 5 / Double(indices.count).squareRoot()
            let center = zip(benchmark.means[group], benchmark.tilt(shard: 3)).map(+)
            #expect(difference(Array(moments.mean.dropLast()), center) < error)
            let (coefficients, _) = moments.regression(on: Array(0..<20))
            #expect(zip(coefficients, benchmark.coefficients[group]).allSatisfy { abs($0 - $1) < 2 * error })
        }
    }

    /// The test set is of all sites: it has the mean of their means.
    @Test func theShiftedTestSetIsPooled() {
        let benchmark = SyntheticBenchmark(profile: .severe, shardCount: 3, shift: 2, seed: 6)
        let sample = benchmark.testRows(20_000)
        for (group, share) in benchmark.pooledShares.enumerated() {
            let observed = Double(sample.labels.count { $0 == group }) / 20_000
            #expect(abs(observed - share) < 5 * (share * (1 - share) / 20_000).squareRoot())
        }
        let expected = (0..<20).map { column in
            (0..<3).reduce(0) { sum, shard in
                let shares = benchmark.shares(shard: shard)
                let center = (0..<5).reduce(0) { $0 + shares[$1] * benchmark.means[$1][column] }
                return sum + (center + benchmark.tilt(shard: shard)[column]) / 3
            }
        }
        let observed = (0..<20).map { column in
            (0..<20_000).reduce(0) { $0 + sample.rows.covariates[$1, column] } / 20_000
        }
        #expect(difference(observed, expected) < 5 * 2 / 20_000.0.squareRoot())
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

    // MARK: Other responses

    @Test(arguments: SyntheticBenchmark.Responses.allCases, SyntheticBenchmark.Profile.allCases)
    func theGateIsThePosteriorForAnyResponse(
        responses: SyntheticBenchmark.Responses, profile: SyntheticBenchmark.Profile
    ) {
        let benchmark = SyntheticBenchmark(responses, profile: profile, shardCount: 4, seed: 7)
        #expect(benchmark.trueModel.family.name == responses.rawValue)
        #expect(difference(benchmark.pooledShares.reduce(0, +), 1) < 1e-14)
        let points = benchmark.testRows(20).rows.covariates
        let gates = benchmark.trueModel.gateProbabilities(points)
        for row in 0..<20 {
            let joint = (0..<benchmark.expertCount).map { group in
                let away = zip(points.row(row), benchmark.means[group]).map(-)
                return benchmark.pooledShares[group] * exp(-0.5 * dot(away, away))
            }
            #expect(difference(gates.row(row), joint.map { $0 / joint.reduce(0, +) }) < 1e-12)
        }
    }

    /// No expert with other slopes describes the rows as well.
    @Test(arguments: SyntheticBenchmark.Responses.allCases)
    func responsesComeFromTheTrueModel(responses: SyntheticBenchmark.Responses) {
        let benchmark = SyntheticBenchmark(responses, profile: .moderate, shardCount: 4, seed: 7)
        let (model, count) = (benchmark.trueModel, 20_000)
        let rows = benchmark.testRows(count).rows
        let densities = model.logDensities(rows.covariates, responses: rows.responses)
        let mean = densities.reduce(0, +) / Double(count)
        for expert in model.experts.indices {
            for factor in [0.7, 1.4] {
                var other = model
                for index in other.experts[expert].coefficients.indices {
                    other.experts[expert].coefficients[index] *= factor
                }
                let value = other.logDensities(rows.covariates, responses: rows.responses).reduce(0, +)
                #expect(value / Double(count) < mean)
            }
        }
    }

    /// Counts and positive numbers within four orders of magnitude, every class common.
    @Test func responsesAreInRange() throws {
        for responses in [SyntheticBenchmark.Responses.poisson, .negativeBinomial, .gamma, .multinomial] {
            for seed in 1...5 as ClosedRange<UInt64> {
                let rows = SyntheticBenchmark(responses, profile: .balanced, shardCount: 4, seed: seed).testRows(5000)
                let values = rows.rows.responses
                if case .classes(let classes) = responses.family.response {
                    for code in classes.indices { #expect(values.count { $0 == Double(code) } > 500) }
                } else {
                    let mean = values.reduce(0, +) / 5000
                    #expect((2...50).contains(mean))
                    #expect(try #require(values.max()) < 5000)
                }
            }
        }
    }
}
