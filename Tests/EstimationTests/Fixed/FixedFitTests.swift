import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Fits with point masses against the figures of another program (`Resources/fixed`).
@Suite struct FixedFitTests {
    struct Expected: Decodable {
        struct Part: Decodable {
            var logLikelihood: Double
            var gate: [Double]
            var coefficients: [Double]
            var dispersion: Double?
            var gateErrors: [Double]
            var errors: [Double]
        }
        var zeroInflated: Part
        var twoPart: Part

        static func read() throws -> Expected {
            try JSONDecoder().decode(
                Expected.self,
                from: Data(contentsOf: Bundle.module.bundleURL.appending(path: "Resources/fixed/expected.json")))
        }
    }

    /// - Parameter column: from 0.
    static func rows(_ column: Int) throws -> ShardRows {
        let url = Bundle.module.bundleURL.appending(path: "Resources/fixed/fixed.csv")
        let lines = String(decoding: try Data(contentsOf: url), as: UTF8.self).split(separator: "\n").dropFirst()
        let values = lines.map { $0.split(separator: ",").compactMap { Double($0) } }
        return ShardRows(
            covariates: Matrix(columns: [values.map { $0[0] }, values.map { $0[1] }]),
            responses: values.map { $0[column] })
    }

    static func fitted(
        _ rows: ShardRows, _ family: any ExpertFamily, experts: Int = 1, masses: [Double] = [0],
        _ change: (inout FitOptions) -> Void = { _ in }
    ) throws -> LocalModel {
        try LocalModel.fitted(rows, experts: experts, family: family) { options in
            options.fixed = masses.map { FixedExpert(.pointMass($0)) }
            change(&options)
        }
    }

    private static func expect(_ found: [Double], _ expected: [Double], within tolerance: Double) {
        #expect(found.count == expected.count)
        for (left, right) in zip(found, expected) { #expect(abs(left - right) < tolerance * max(1, abs(right))) }
    }

    @Test func poissonWithAPointMassAtZeroIsZeroInflated() throws {
        let expected = try Expected.read().zeroInflated
        let local = try Self.fitted(Self.rows(2), PoissonFamily()) { $0.tolerance = 1e-12 }
        #expect(abs(local.report.logLikelihood - expected.logLikelihood) < 1e-6)
        Self.expect(local.model.experts[0].coefficients, expected.coefficients, within: 1e-4)
        // Log odds of the regression against the value, where the other program has them of the value.
        Self.expect(local.model.gate.coefficients.column(0).map { -$0 }, expected.gate, within: 1e-4)
        let errors = try #require(local.fitted.standardErrors)
        Self.expect(errors.coefficients[0].compactMap { $0 }, expected.errors, within: 1e-4)
        Self.expect(errors.gates[0].compactMap { $0 }, expected.gateErrors, within: 1e-4)
        #expect(errors.coefficients[1].allSatisfy { $0 == nil })
        #expect(local.model.fixedDistributions == [.pointMass(0)])
        #expect(local.report.freeParameters == 6)
    }

    @Test func gaussianWithAPointMassIsTheTwoPartModel() throws {
        let expected = try Expected.read().twoPart
        let local = try Self.fitted(Self.rows(3), GaussianFamily()) { $0.tolerance = 1e-12 }
        #expect(abs(local.report.logLikelihood - expected.logLikelihood) < 1e-6)
        Self.expect(local.model.experts[0].coefficients, expected.coefficients, within: 1e-6)
        #expect(abs(local.model.experts[0].dispersion - expected.dispersion!) < 1e-6)
        Self.expect(local.model.gate.coefficients.column(0).map { -$0 }, expected.gate, within: 1e-4)
        let errors = try #require(local.fitted.standardErrors)
        Self.expect(errors.gates[0].compactMap { $0 }, expected.gateErrors, within: 1e-4)
    }

    @Test(arguments: ["gaussian", "gamma", "poisson", "negative-binomial"])
    func likelihoodNeverFalls(family name: String) throws {
        let family = try #require(ExpertFamilies.named(name))
        var rows = try Self.rows(name == "poisson" || name == "negative-binomial" ? 2 : 3)
        if name == "gamma" {
            rows = ShardRows(covariates: rows.covariates, responses: rows.responses.map { abs($0) })
        }
        let local = try Self.fitted(rows, family, experts: 2)
        for (before, after) in zip(local.report.trace, local.report.trace.dropFirst()) {
            #expect(after >= before - 1e-9)
        }
        let there = local.model.logDensities(rows.covariates, responses: rows.responses).reduce(0, +)
        #expect(abs(there - local.report.logLikelihood) < 1e-6 * abs(there))
        #expect(local.model.regressionCount == 2)
    }

    @Test func threadsDoNotMatter() throws {
        let rows = try Self.rows(3)
        let fits = try [1, 3].map { threads in
            try LocalModel.fitted(rows, experts: 2, threads: threads) { $0.fixed = [FixedExpert(.pointMass(0))] }
        }
        #expect(fits[0].fitted == fits[1].fitted)
    }

    /// A threshold is one for a point mass as for any expert: its rows are those of a person each.
    @Test func aValueOfFewRowsIsNoPointMass() throws {
        let all = try Self.rows(3)
        let zeros = all.responses.indices.filter { all.responses[$0] == 0 }
        let few = all.subset(all.responses.indices.filter { all.responses[$0] != 0 } + zeros.prefix(4))
        let gaussian = try Self.fitted(few, GaussianFamily()) { $0.minRows = 10 }
        #expect(!gaussian.model.hasFixedExperts)
        #expect(gaussian.warnings.contains(.pointMassLeftOut(value: 0, minimum: 10, rows: false)))
        #expect(gaussian.fitted.rowCount == few.rowCount)
        let amounts = ShardRows(covariates: few.covariates, responses: few.responses.map { abs($0) })
        let gamma = try Self.fitted(amounts, GammaFamily()) { $0.minRows = 10 }
        #expect(gamma.warnings.contains(.pointMassLeftOut(value: 0, minimum: 10, rows: true)))
        #expect(gamma.fitted.rowCount == few.rowCount - 4)
        #expect(gamma.report.leftOutRows == 4)
    }

    /// What is recorded in whole hours has no smaller spread than its rounding: the values beside the point mass are no masses too.
    @Test func theResolutionOfResponsesBoundsTheDeviation() throws {
        var random = RandomNumbers(seed: 6)
        let covariates = RandomData.matrix(600, 2, using: &random)
        let responses = (0..<600).map { row in
            row % 3 == 0 ? 0 : row % 3 == 1 ? 40 : (38 + 4 * covariates[row, 0] + 5 * random.normal()).rounded()
        }
        let rows = ShardRows(covariates: covariates, responses: responses)
        let local = try Self.fitted(rows, GaussianFamily(), experts: 2)
        #expect(local.model.experts.prefix(2).allSatisfy { $0.dispersion >= (1 / 12.0) * (1 - 1e-9) })
    }
}

/// Fits with an expert of noise.
@Suite struct NoiseTests {
    /// Two regressions, and the share of the rows at which responses are anything up to so many deviations away.
    static func rows(share: Double, deviations: Double, count: Int = 3000) -> ShardRows {
        var random = RandomNumbers(seed: 12)
        let covariates = RandomData.matrix(count, 2, using: &random)
        let responses = RandomData.easyModel.sample(covariates, using: &random).map { response in
            let (isWild, place) = (random.uniform() < share, random.uniform())
            return isWild ? (2 * place - 1) * deviations : response
        }
        return ShardRows(covariates: covariates, responses: responses)
    }

    @Test(arguments: [0.01, 0.05, 0.1], [1e2, 1e4, 1e6]) func wildRowsMoveNoSlope(share: Double, deviations: Double)
        throws
    {
        let clean = try LocalModel.fitted(Self.rows(share: 0, deviations: 1))
        let local = try LocalModel.fitted(Self.rows(share: share, deviations: deviations)) { $0.wantsNoise = true }
        #expect(local.model.regressionCount == 2 && local.model.expertCount == 3)
        let order = clean.model.experts[0].coefficients[0] > 0 ? [0, 1] : [1, 0]
        let own = local.model.experts[0].coefficients[0] > 0 ? [0, 1] : [1, 0]
        for (left, right) in zip(order, own) {
            let (first, second) = (clean.model.experts[left].coefficients, local.model.experts[right].coefficients)
            for slope in 1...2 { #expect(abs(second[slope] / first[slope] - 1) < 0.05) }
        }
        let noise = local.fitted.moments[2].weight / 3000
        #expect(abs(noise - share) < 0.02)
    }

    /// No end of the range is a response, and the responses of the noise are in no statistic.
    @Test func noResponseIsReleased() throws {
        let rows = Self.rows(share: 0.05, deviations: 1e4)
        let local = try LocalModel.fitted(rows) { $0.wantsNoise = true }
        let range = try #require(local.model.fixedDistributions.first?.noiseRange)
        let (low, high) = try (#require(rows.responses.min()), #require(rows.responses.max()))
        #expect(range[0] < low && high < range[1])
        #expect(local.fitted.moments[2].scatter[2, 2] == 0)
        var other = rows.responses
        other[try #require(rows.responses.firstIndex(of: high))] = high - 1
        let second = try LocalModel.fitted(ShardRows(covariates: rows.covariates, responses: other)) {
            $0.wantsNoise = true
        }
        #expect(second.model.fixedDistributions == local.model.fixedDistributions)
    }

    /// Five wild rows are five persons: they are left out, and no expert follows them.
    @Test func fewRowsOfNoiseAreLeftOut() throws {
        var rows = Self.rows(share: 0, deviations: 1)
        var responses = rows.responses
        for row in 0..<5 { responses[row * 300] = 1e5 * Double(row + 1) }
        rows = ShardRows(covariates: rows.covariates, responses: responses)
        let local = try LocalModel.fitted(rows) { options in
            (options.wantsNoise, options.minRows) = (true, 10)
        }
        #expect(!local.model.hasFixedExperts)
        #expect(local.warnings.contains(.noiseLeftOut(minimum: 10)))
        #expect(local.fitted.rowCount == 2995)
        let clean = try LocalModel.fitted(Self.rows(share: 0, deviations: 1))
        for (left, right) in zip(clean.model.experts, local.model.experts) {
            for slope in 1...2 { #expect(abs(left.coefficients[slope] - right.coefficients[slope]) < 0.05) }
        }
    }
}
