import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Standard errors of local fits.
@Suite struct StandardErrorTests {
    private static let methods: [StandardErrorMethod] = [.observed, .sandwich]

    private static func errors(_ local: LocalModel) throws -> [Double] {
        try #require(local.fitted.standardErrors).numbers
    }

    /// The gradient of the log-likelihood by central differences of central differences of log densities: no Hessian of the pass.
    private static func hessian(_ model: MixtureModel, _ rows: ShardRows) -> Matrix {
        func value(_ parameters: [Double]) -> Double {
            model.with(parameters).logDensities(rows.covariates, responses: rows.responses).enumerated()
                .reduce(0) { $0 + rows.weight($1.offset) * $1.element }
        }
        let center = model.parameters
        let step = 1e-3
        var result = Matrix(rowCount: center.count, columnCount: center.count)
        for column in center.indices {
            for row in 0...column {
                func moved(_ first: Double, _ second: Double) -> Double {
                    var point = center
                    point[row] += first * step
                    point[column] += second * step
                    return value(point)
                }
                let slope = (moved(1, 1) - moved(1, -1) - moved(-1, 1) + moved(-1, -1)) / (4 * step * step)
                (result[row, column], result[column, row]) = (slope, slope)
            }
        }
        return result
    }

    @Test(arguments: [false, true]) func areThoseOfTheInverseHessian(weighted: Bool) throws {
        var random = RandomNumbers(seed: 3)
        let weights = weighted ? (0..<600).map { _ in 0.5 + random.uniform() } : nil
        let rows = RandomData.easyRows(600, seed: 4, weights: weights)
        let local = try LocalModel.fitted(rows)
        let cholesky = try #require(
            Cholesky(
                Matrix(
                    rowCount: local.model.parameters.count, columnCount: local.model.parameters.count,
                    storage: Self.hessian(local.model, rows).storage.map { -$0 })))
        let expected = local.model.parameters.indices.map { index in
            var unit = [Double](repeating: 0, count: local.model.parameters.count)
            unit[index] = 1
            return cholesky.solve(unit)[index].squareRoot()
        }
        for (own, wanted) in zip(try Self.errors(local), expected) { #expect(relativeError(own, wanted) < 1e-4) }
        #expect(local.warnings.isEmpty)
    }

    /// One Gaussian expert: σ² (X'X)⁻¹ with σ² of n - p degrees of freedom, and 2 / n for the log variance.
    @Test func oneExpertIsLeastSquares() throws {
        let rows = RandomData.easyRows(300, seed: 5)
        let local = try LocalModel.fitted(rows, experts: 1)
        let columns = [[Double](repeating: 1, count: 300)] + (0..<2).map { Array(rows.covariates.column($0)) }
        let design = Matrix(columns: columns)
        let cholesky = try #require(Cholesky(design.transposed() * design))
        let errors = try #require(local.fitted.standardErrors)
        for index in 0..<3 {
            var unit = [0.0, 0, 0]
            unit[index] = 1
            // Of n - p degrees of freedom, as regression tables have it.
            let expected = (300.0 / 297 * local.model.experts[0].dispersion * cholesky.solve(unit)[index]).squareRoot()
            #expect(relativeError(try #require(errors.coefficients[0][index]), expected) < 1e-6)
        }
        #expect(relativeError(try #require(errors.logDispersions[0]), (2.0 / 300).squareRoot()) < 1e-6)
        #expect(errors.gates.isEmpty)
    }

    /// Units of covariates and response: slopes and their errors change together, whatever the distance from 0.
    @Test(arguments: methods) func followUnits(method: StandardErrorMethod) throws {
        let rows = RandomData.easyRows(500, seed: 6)
        let moved = ShardRows(
            covariates: Matrix(
                rowCount: 500, columnCount: 2,
                storage: rows.covariates.column(0).map { 2000 + 10 * $0 } + rows.covariates.column(1).map { 0.01 * $0 }),
            responses: rows.responses.map { 5 + 3 * $0 })
        let first = try #require(LocalModel.fitted(rows) { $0.standardErrors = method }.fitted.standardErrors)
        let second = try #require(LocalModel.fitted(moved) { $0.standardErrors = method }.fitted.standardErrors)
        for expert in 0..<2 {
            let (own, other) = (first.coefficients[expert], second.coefficients[expert])
            #expect(relativeError(try #require(other[1]), 0.3 * (try #require(own[1]))) < 1e-5)
            #expect(relativeError(try #require(other[2]), 300 * (try #require(own[2]))) < 1e-5)
            #expect(
                relativeError(
                    try #require(second.logDispersions[expert]), try #require(first.logDispersions[expert])) < 1e-5)
        }
        #expect(relativeError(try #require(second.gates[0][1]), 0.1 * (try #require(first.gates[0][1]))) < 1e-5)
    }

    @Test func doubleWeightsHalveTheVariance() throws {
        let rows = RandomData.easyRows(400, seed: 7)
        let once = try Self.errors(try .fitted(rows))
        let twice = try Self.errors(try .fitted(rows.weighted([Double](repeating: 2, count: 400))))
        let doubled = try Self.errors(try .fitted(.concatenation([rows, rows])))
        for (one, (two, three)) in zip(once, zip(twice, doubled)) {
            #expect(relativeError(two, one / 2.0.squareRoot()) < 1e-5)
            #expect(relativeError(three, two) < 1e-5)
        }
    }

    @Test(arguments: methods) func threadsChangeNoBit(method: StandardErrorMethod) throws {
        let rows = RandomData.easyRows(3000, seed: 8)
        let one = try LocalModel.fitted(rows, threads: 1) { $0.standardErrors = method }
        let two = try LocalModel.fitted(rows, threads: 2) { $0.standardErrors = method }
        #expect(one.fitted.errors != nil)
        #expect(one == two)
    }

    /// Errors of another order are those of a fit that begins in it.
    @Test func ordersOfExpertsAgree() throws {
        var random = RandomNumbers(seed: 9)
        let design = RandomData.design(2)
        var truth = RandomData.model(design, experts: 3, using: &random)
        for (expert, level) in zip(truth.experts.indices, [-8.0, 0, 8]) {
            truth.experts[expert].coefficients[0] = level
        }
        let rows = RandomData.rows(truth, count: 900, using: &random)
        let local = try LocalModel.fitted(rows, design, experts: 3).fitted
        let (parameters, model) = (3 * 2, local.model)
        for order in [[2, 0, 1], [1, 2, 0], [0, 2, 1], [1, 0, 2]] {
            let reordered = local.reordered(order)
            let direct = try #require(
                model.reordered(order).observedErrors(rows, center: local.center, varianceFloor: 1e-9))
            #expect(reordered.errors?.gate.count == parameters)
            #expect(
                difference(reordered.errors?.gate.standardErrors ?? [], direct.gate.standardErrors) < 1e-5, "\(order)")
            #expect(difference(reordered.errors?.gate.correlations ?? [], direct.gate.correlations ?? []) < 1e-5)
            let back = reordered.reordered(order.indices.map { order.firstIndex(of: $0)! })
            #expect(difference(back.errors?.gate.correlations ?? [], local.errors?.gate.correlations ?? []) < 1e-9)
        }
    }

    /// Where the model is right the two agree up to the noise of the sandwich.
    @Test func sandwichAgreesWhereTheModelIsRight() throws {
        let rows = RandomData.easyRows(40_000, seed: 10)
        let observed = try Self.errors(try .fitted(rows))
        let sandwich = try Self.errors(try .fitted(rows) { $0.standardErrors = .sandwich })
        for (one, other) in zip(observed, sandwich) { #expect(relativeError(other, one) < 0.05) }
        #expect(observed != sandwich)
    }

    /// One expert, spread that grows with x: the textbook's heteroscedasticity-consistent errors (HC1: MacKinnon & White 1985).
    @Test func sandwichOfOneExpert() throws {
        var random = RandomNumbers(seed: 11)
        let x = (0..<500).map { _ in random.normal() }
        let rows = ShardRows(
            covariates: Matrix(columns: [x]), responses: x.map { 1 + 2 * $0 + (0.2 + abs($0)) * random.normal() })
        let local = try LocalModel.fitted(rows, RandomData.design(1), experts: 1) { $0.standardErrors = .sandwich }
        let beta = local.model.experts[0].coefficients
        let design = Matrix(columns: [[Double](repeating: 1, count: 500), x])
        let weighted = Matrix(
            columns: (0..<2).map { column in
                (0..<500).map { row in
                    let residual = rows.responses[row] - beta[0] - beta[1] * x[row]
                    return design[row, column] * residual * residual
                }
            })
        let bread = try #require(GeneralisedInverse(design.transposed() * design)).inverse
        let covariance = (500.0 / 498) * (bread * (design.transposed() * weighted) * bread)
        let errors = try #require(local.fitted.standardErrors).coefficients[0]
        #expect(relativeError(try #require(errors[0]), covariance[0, 0].squareRoot()) < 1e-5)
        #expect(relativeError(try #require(errors[1]), covariance[1, 1].squareRoot()) < 1e-5)
    }

    @Test func noneWhereNoneAreAskedFor() throws {
        let local = try LocalModel.fitted(RandomData.easyRows(300, seed: 1)) { $0.standardErrors = .none }
        #expect(local.fitted.errors == nil)
        #expect(local.fitted.standardErrors == nil)
    }
}
