import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

@Suite struct StatisticsTests {
    private static let levels: [StatisticsLevel] = [.likelihood, .gradient, .expectationMaximization, .newton, .scores]

    private let model: MixtureModel
    /// More than one part of the partition, the last block not full.
    private let rows: ShardRows

    init() {
        var random = RandomNumbers(seed: 1)
        model = RandomData.model(RandomData.design(3, expert: [0, 1], gate: [1, 2]), experts: 3, using: &random)
        let weights = (0..<2500).map { _ in 0.5 + random.uniform() }
        rows = RandomData.rows(model, count: 2500, weights: weights, using: &random)
    }

    private func values(_ statistics: MixtureStatistics) -> [Double] {
        [statistics.logLikelihood, statistics.weight] + statistics.squaredWeights + statistics.quadratic
            + statistics.linear
    }

    @Test(arguments: levels) func statisticsAdd(level: StatisticsLevel) {
        let whole = model.statistics(of: rows, level: level)
        var sum = MixtureStatistics(layout: whole.layout)
        for part in [0..<1, 1..<700, 700..<2500] {
            sum.merge(model.statistics(of: rows.subset(Array(part)), level: level))
        }
        #expect(difference(values(sum), values(whole)) < 1e-13)
        #expect(whole.weight > 2000)
    }

    /// What a weight counts in every sum but Σw²: twice the row.
    ///
    /// Products of scores are weighted by the square.
    @Test(arguments: levels.filter { $0 != .scores }) func weightTwoIsTheRowTwice(level: StatisticsLevel) {
        let single = rows.subset(Array(0..<300)).weighted(nil)
        let weights = (0..<300).map { $0.isMultiple(of: 3) ? 2.0 : 1 }
        let repeated = single.subset((0..<300).flatMap { $0.isMultiple(of: 3) ? [$0, $0] : [$0] })
        let weighted = model.statistics(of: single.weighted(weights), level: level)
        let duplicated = model.statistics(of: repeated, level: level)
        #expect(difference(weighted.quadratic + weighted.linear, duplicated.quadratic + duplicated.linear) < 1e-13)
        #expect(difference(weighted.logLikelihood, duplicated.logLikelihood) < 1e-13)
        #expect(weighted.weight == duplicated.weight)
    }

    @Test(arguments: levels) func weightZeroIsNoRow(level: StatisticsLevel) {
        let kept = rows.subset(Array(0..<200))
        var wild = rows.subset(Array(200..<210)).responses
        wild[0] = 1e8
        let ignored = ShardRows(
            covariates: rows.covariates.rows(Array(200..<210)), responses: wild,
            weights: [Double](repeating: 0, count: 10))
        let both = model.statistics(of: .concatenation([kept, ignored]), level: level)
        #expect(difference(values(both), values(model.statistics(of: kept, level: level))) < 1e-13)
    }

    @Test(arguments: levels) func sameBitsForAnyNumberOfThreads(level: StatisticsLevel) {
        let serial = model.statistics(of: rows, level: level)
        for threads in [2, 3] {
            #expect(model.statistics(of: rows, level: level, parallelism: Parallelism(threads: threads)) == serial)
        }
    }

    @Test(arguments: levels) func logLikelihoodIsTheSumOfTheLogDensities(level: StatisticsLevel) {
        let densities = model.logDensities(rows.covariates, responses: rows.responses)
        let expected = dot(densities, rows.weights ?? [])
        #expect(relativeError(model.statistics(of: rows, level: level).logLikelihood, expected) < 1e-13)
    }

    @Test func momentsAreThoseUnderThePosterior() {
        let joint = model.logJointDensities(rows.covariates, responses: rows.responses)
        var posteriors = joint
        for row in 0..<rows.rowCount {
            let logSum = Scalar.logSumExp(joint.row(row))
            for expert in 0..<3 { posteriors[row, expert] = exp(joint[row, expert] - logSum) }
        }
        let moments = model.statistics(of: rows, level: .expectationMaximization).expertMoments
        for (expert, expected) in rows.moments(factors: posteriors).enumerated() {
            let actual = moments[expert]
            #expect(difference(actual.mean + [actual.weight], expected.mean + [expected.weight]) < 1e-12)
            #expect(difference(actual.scatter.storage, expected.scatter.storage) < 1e-12)
            #expect(difference(actual.squaredWeight, expected.squaredWeight) < 1e-12)
        }
        #expect(difference(moments.reduce(0) { $0 + $1.weight }, rows.totalWeight) < 1e-12)
    }

    /// Gradient Σ w (τ_a - π_a) z and information Σ w π_a (δ_ab - π_b) z z', row by row.
    @Test func gateSums() {
        let part = rows.subset(Array(0..<150))
        let statistics = model.statistics(of: part, level: .expectationMaximization)
        let gates = model.gateProbabilities(part.covariates)
        let joint = model.logJointDensities(part.covariates, responses: part.responses)
        for first in 0..<2 {
            var gradient = [Double](repeating: 0, count: 5)
            var information = (0...first).map { _ in PackedSymmetric(size: 5) }
            for row in 0..<150 {
                let z = [1] + part.covariates.row(row) + [part.responses[row]]
                let posterior = exp(joint[row, first] - Scalar.logSumExp(joint.row(row)))
                for index in 0..<5 { gradient[index] += part.weight(row) * (posterior - gates[row, first]) * z[index] }
                for second in 0...first {
                    let same = first == second ? 1.0 : 0
                    information[second].addOuterProduct(
                        z, scale: part.weight(row) * gates[row, first] * (same - gates[row, second]))
                }
            }
            #expect(difference(statistics.linearSum(statistics.layout.gateGradient(first)), gradient) < 1e-12)
            for second in 0...first {
                let sum = statistics.quadraticSum(statistics.layout.gateInformation(first, second))
                // Products with the response, the last row, are not collected here.
                #expect(difference(sum.storage.prefix(10), information[second].storage.prefix(10)) < 1e-12)
            }
        }
    }

    @Test func noRowsGiveZero() {
        let none = model.statistics(of: rows.subset([]), level: .newton)
        #expect(none == MixtureStatistics(layout: none.layout))
        #expect(!none.quadratic.isEmpty)
    }

    /// Rows so far from every expert that all densities underflow still have posteriors.
    @Test func farRowsStayFinite() {
        let far = ShardRows(
            covariates: Matrix(columns: [[300, -300], [1, 1], [500, -500]]), responses: [1e5, -1e5])
        for level in Self.levels { #expect(values(model.statistics(of: far, level: level)).allSatisfy { $0.isFinite }) }
    }
}
