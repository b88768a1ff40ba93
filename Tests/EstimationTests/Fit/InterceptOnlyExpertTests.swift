import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// A group with hardly more rows than a regression has coefficients.
@Suite struct InterceptOnlyExpertTests {
    private static let covariates = 12
    private static let design = RandomData.design(covariates)

    /// Two large groups, and `rare` rows of a third that only their responses tell.
    private static func rows(_ seed: UInt64, count: Int = 400, rare: Int) -> ShardRows {
        var random = RandomNumbers(seed: seed)
        let covariates = RandomData.matrix(count, Self.covariates, using: &random)
        let truths = [8.0, -8, 0].map { intercept in
            [intercept] + RandomData.vector(Self.covariates, using: &random).map { 2 * $0 }
        }
        let responses = (0..<count).map { row in
            let group = row < rare ? 2 : row % 2
            return dot(truths[group], [1] + covariates.row(row)) + (group == 2 ? 15 : 0.3) * random.normal()
        }
        return ShardRows(covariates: covariates, responses: responses)
    }

    private static func fitted(_ rows: ShardRows, _ change: (inout FitOptions) -> Void = { _ in }) throws -> LocalModel
    {
        try LocalModel.fitted(rows, design, experts: 3, change)
    }

    private static func interceptOnly(_ local: LocalModel) -> [Int] {
        local.model.experts.indices.filter { expert in
            local.model.experts[expert].coefficients.dropFirst().allSatisfy { $0 == 0 }
        }
    }

    @Test(arguments: 1...4) func slopesAreZeroAndAWarningSaysSo(seed: UInt64) throws {
        let local = try Self.fitted(Self.rows(seed, rare: 16))
        #expect(Self.interceptOnly(local) == [2])
        #expect(local.warnings == [.interceptOnlyExpert(experts: [2])])
        let expert = local.model.experts[2]
        let moments = local.fitted.moments[2]
        // The maximum of the submodel: mean and variance of the expert's rows.
        let variance = moments.scatter[Self.covariates, Self.covariates] / moments.weight
        #expect(abs(expert.coefficients[0] - moments.mean[Self.covariates]) < 1e-3 * variance.squareRoot())
        #expect(relativeError(expert.dispersion, variance) < 1e-3)
    }

    /// Rows that are too few for any slope.
    @Test(arguments: [false, true]) func oneExpertIsTheMeanAndVarianceOfTheRows(weighted: Bool) throws {
        var random = RandomNumbers(seed: 3)
        let weights = (0..<9).map { Double($0 % 3 + 1) }
        let rows = ShardRows(
            covariates: RandomData.matrix(9, Self.covariates, using: &random),
            responses: RandomData.vector(9, using: &random), weights: weighted ? weights : nil)
        let local = try LocalModel.fitted(rows, Self.design, experts: 1) {
            $0.minRows = 1
            $0.isInterceptOnly = true
        }
        let used = weighted ? weights : [Double](repeating: 1, count: 9)
        let total = used.reduce(0, +)
        let mean = zip(used, rows.responses).reduce(0) { $0 + $1.0 * $1.1 } / total
        let variance = zip(used, rows.responses).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) } / total
        let expert = local.model.experts[0]
        #expect(abs(expert.coefficients[0] - mean) < 1e-9)
        #expect(expert.coefficients.dropFirst().allSatisfy { $0 == 0 })
        #expect(relativeError(expert.dispersion, variance) < 1e-9)
        #expect(local.warnings == [.interceptOnlyExpert(experts: [0])])
        #expect(local.report.freeParameters == 2)
        if weighted {
            let repeated = try LocalModel.fitted(
                rows.subset((0..<9).flatMap { [Int](repeating: $0, count: Int(weights[$0])) }).weighted(nil),
                Self.design,
                experts: 1
            ) {
                $0.minRows = 1
                $0.isInterceptOnly = true
            }
            #expect(relativeError(repeated.model.experts[0].dispersion, expert.dispersion) < 1e-9)
            #expect(abs(repeated.report.logLikelihood - local.report.logLikelihood) < 1e-9)
        }
    }

    /// A class of one row is there, whatever the weights of other rows are: nothing is withheld from the owner of the rows.
    @Test(arguments: [1, 2, 5.0]) func sharesOfClassesAreThoseOfTheWeights(other: Double) throws {
        var random = RandomNumbers(seed: 5)
        let weights = [1] + [Double](repeating: other, count: 8)
        let rows = ShardRows(
            covariates: RandomData.matrix(9, Self.covariates, using: &random),
            responses: (0..<9).map { Double(min($0, 2)) }, weights: weights)
        let family = MultinomialFamily(classes: ["a", "b", "c"])
        let local = try LocalModel.fitted(rows, Self.design, experts: 1, family: family) {
            $0.minRows = 1
            $0.isInterceptOnly = true
        }
        let coefficients = local.model.experts[0].coefficients
        let intercepts = (0..<2).map { coefficients[Self.design.expertLayout.intercept(of: $0)] }
        #expect(relativeError(exp(intercepts[0]), other) < 1e-6)
        #expect(relativeError(exp(intercepts[1]), 7 * other) < 1e-6)
        #expect(local.warnings == [.interceptOnlyExpert(experts: [0])])
    }

    @Test(arguments: 1...4) func theTraceNeverFalls(seed: UInt64) throws {
        let report = try Self.fitted(Self.rows(seed, rare: 16)).report
        #expect(report.iterations > 1)
        #expect(neverFalls(report.trace))
        #expect(report.stopReason == .converged)
    }

    @Test func manyRowsKeepTheirSlopes() throws {
        let local = try Self.fitted(Self.rows(5, count: 1200, rare: 300))
        #expect(Self.interceptOnly(local).isEmpty)
        #expect(local.warnings.isEmpty)
    }

    /// A single regression keeps its slopes, however few its rows are.
    @Test func theLastRegressionStays() throws {
        let local = try LocalModel.fitted(Self.rows(6, count: 18, rare: 0), Self.design, experts: 1)
        #expect(Self.interceptOnly(local).isEmpty)
        #expect(local.warnings.isEmpty)
    }

    @Test func threadsDoNotMatter() throws {
        let rows = Self.rows(3, rare: 16)
        let fits = try [1, 2].map { try LocalModel.fitted(rows, Self.design, experts: 3, threads: $0) }
        #expect(fits[0] == fits[1])
    }
}
