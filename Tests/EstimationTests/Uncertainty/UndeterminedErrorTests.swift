import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Parameters that the rows do not determine have no standard errors; those of the others are as without them.
@Suite struct UndeterminedErrorTests {
    /// Two equal columns: their slopes have no errors; their sum, and all others, have those of a fit with one of the two.
    @Test func collinearCovariates() throws {
        let rows = RandomData.easyRows(400, seed: 12)
        let twice = ShardRows(
            covariates: Matrix(columns: [0, 1, 1].map { Array(rows.covariates.column($0)) }), responses: rows.responses)
        let single = try LocalModel.fitted(rows)
        let double = try LocalModel.fitted(twice, RandomData.design(3))
        let (one, two) = (try #require(single.fitted.standardErrors), try #require(double.fitted.standardErrors))
        for expert in 0..<2 {
            #expect(two.coefficients[expert][2] == nil && two.coefficients[expert][3] == nil)
            #expect(
                relativeError(try #require(two.coefficients[expert][1]), try #require(one.coefficients[expert][1]))
                    < 1e-4)
            // The center is nearly, not quite 0: the intercept there is not determined either.
            let own = try #require(double.fitted.errors).experts[expert].matrix
            let sum = try #require(own).submatrixSum([2, 3])
            let slope = try #require(one.coefficients[expert][2])
            #expect(relativeError(sum.squareRoot(), slope) < 1e-4)
        }
        #expect(double.warnings.contains { $0.code == "undeterminedStandardErrors" })
    }

    @Test func constantCovariate() throws {
        let rows = RandomData.easyRows(400, seed: 13)
        let more = ShardRows(
            covariates: Matrix(
                columns: [0, 1].map { Array(rows.covariates.column($0)) } + [[Double](repeating: 7, count: 400)]),
            responses: rows.responses)
        let one = try #require(LocalModel.fitted(rows).fitted.standardErrors)
        let local = try LocalModel.fitted(more, RandomData.design(3))
        let two = try #require(local.fitted.standardErrors)
        for expert in 0..<2 {
            #expect(two.coefficients[expert][3] == nil)
            for index in 0..<3 {
                #expect(
                    relativeError(
                        try #require(two.coefficients[expert][index]), try #require(one.coefficients[expert][index]))
                        < 1e-5)
            }
        }
        #expect(local.warnings == [.constantCovariate(covariate: "x3")])
    }

    /// A column that may not be released: the errors are those of the rows without it.
    @Test func withheldColumnsAreNotInTheErrors() throws {
        let rows = RandomData.easyRows(400, seed: 14)
        let flagged = [1, 5, 9]
        let flags = (0..<400).map { flagged.contains($0) ? 1.0 : 0 }
        let all = ShardRows(
            covariates: Matrix(columns: [0, 1].map { Array(rows.covariates.column($0)) } + [flags]),
            responses: rows.responses)
        let released = try #require(LocalModel.fitted(all, RandomData.design(3)).fitted.errors)
        let without = ShardRows(
            covariates: Matrix(columns: [0, 1].map { Array(rows.covariates.column($0)) } + [flags.map { _ in 0 }]),
            responses: rows.responses)
        let wanted = try #require(LocalModel.fitted(without, RandomData.design(3)).fitted.errors)
        for (own, other) in zip(released.experts + [released.gate], wanted.experts + [wanted.gate]) {
            #expect(difference(own.standardErrors, other.standardErrors) < 1e-5)
        }
    }

    @Test func interceptOnlySlopesAndFloorsHaveNone() throws {
        let rows = RandomData.easyRows(300, seed: 2)
        let exact = ShardRows(
            covariates: rows.covariates, responses: Array(RandomData.easyModel.predictors(rows.covariates).column(0)))
        let local = try LocalModel.fitted(exact, experts: 1)
        let errors = try #require(local.fitted.standardErrors)
        #expect(errors.logDispersions == [nil])
        #expect(errors.coefficients[0].allSatisfy { $0 != nil })
    }
}

extension Matrix {
    fileprivate func submatrixSum(_ indices: [Int]) -> Double {
        indices.reduce(0) { sum, row in indices.reduce(sum) { $0 + self[row, $1] } }
    }
}
