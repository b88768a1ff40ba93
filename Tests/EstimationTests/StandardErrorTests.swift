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

    /// One Gaussian expert: σ² (X'X)⁻¹ with σ² of maximum likelihood, and 2 / n for the log variance.
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
            let expected = (local.model.experts[0].dispersion * cholesky.solve(unit)[index]).squareRoot()
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

    /// One expert, spread that grows with x: the textbook's heteroscedasticity-consistent errors (White 1980, HC0).
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
        let covariance = bread * (design.transposed() * weighted) * bread
        let errors = try #require(local.fitted.standardErrors).coefficients[0]
        #expect(relativeError(try #require(errors[0]), covariance[0, 0].squareRoot()) < 1e-5)
        #expect(relativeError(try #require(errors[1]), covariance[1, 1].squareRoot()) < 1e-5)
    }

    @Test func noneWhereNoneAreAskedFor() throws {
        let local = try LocalModel.fitted(RandomData.easyRows(300, seed: 1)) { $0.standardErrors = .none }
        #expect(local.fitted.errors == nil)
        #expect(local.fitted.standardErrors == nil)
    }

    // MARK: What has none

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
        #expect(double.warnings.contains { $0.description.hasPrefix("no standard errors for coefficients of") })
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

    /// A column that may not be told: the errors are those of the other rows.
    @Test func leftOutRowsAreNotInTheErrors() throws {
        let rows = RandomData.easyRows(400, seed: 14)
        let flagged = [1, 5, 9]
        let flags = (0..<400).map { flagged.contains($0) ? 1.0 : 0 }
        let all = ShardRows(
            covariates: Matrix(columns: [0, 1].map { Array(rows.covariates.column($0)) } + [flags]),
            responses: rows.responses)
        let told = try #require(LocalModel.fitted(all, RandomData.design(3)).fitted.errors)
        let others = all.subset((0..<400).filter { !flagged.contains($0) })
        let wanted = try #require(LocalModel.fitted(others, RandomData.design(3)).fitted.errors)
        for (own, other) in zip(told.experts + [told.gate], wanted.experts + [wanted.gate]) {
            #expect(difference(own.standardErrors, other.standardErrors) < 1e-5)
        }
    }

    @Test func backgroundSlopesAndFloorsHaveNone() throws {
        let rows = RandomData.easyRows(300, seed: 2)
        let exact = ShardRows(
            covariates: rows.covariates, responses: Array(RandomData.easyModel.predictors(rows.covariates).column(0)))
        let local = try LocalModel.fitted(exact, experts: 1)
        let errors = try #require(local.fitted.standardErrors)
        #expect(errors.logDispersions == [nil])
        #expect(errors.coefficients[0].allSatisfy { $0 != nil })
    }
}

extension StandardErrors {
    /// All there are, in the order of ``MixtureModel/parameters``.
    fileprivate var numbers: [Double] {
        zip(coefficients, logDispersions).flatMap { ($0 + [$1]).compactMap { $0 } }
            + gates.flatMap { $0.compactMap { $0 } }
    }
}

extension MixtureModel {
    /// Coefficients and log dispersion of each expert, then the gates.
    fileprivate var parameters: [Double] {
        experts.flatMap { $0.coefficients + [log($0.dispersion)] }
            + (0..<expertCount - 1).flatMap { gate.coefficients.column($0) }
    }

    fileprivate func with(_ parameters: [Double]) -> MixtureModel {
        var result = self
        var rest = parameters[...]
        for index in experts.indices {
            let count = experts[index].coefficients.count
            result.experts[index] = Expert(
                coefficients: Array(rest.prefix(count)), dispersion: exp(rest[rest.startIndex + count]))
            rest = rest.dropFirst(count + 1)
        }
        for index in 0..<(expertCount - 1) * gate.coefficients.rowCount {
            result.gate.coefficients.storage[index] = rest[rest.startIndex + index]
        }
        return result
    }

    /// From the observed information on raw rows.
    fileprivate func observedErrors(_ rows: ShardRows, center: [Double], varianceFloor: Double) -> ParameterUncertainty?
    {
        var options = FitOptions(expertCount: expertCount)
        options.varianceFloor = varianceFloor
        let algorithm = GeneralisedEM(rows: rows, options: options, parallelism: .serial)
        let system = NewtonSystem(statistics(of: rows, level: .newton), model: self, algorithm: algorithm)
        guard let inverse = GeneralisedInverse(system.negativeHessian)?.inverse else { return nil }
        let size = (expertCount - 1) * design.gatePositions.count
        var gate = Matrix(rowCount: size, columnCount: size)
        for column in 0..<size { for row in 0..<size { gate[row, column] = inverse[row, column] } }
        let none = ParameterCovariance(
            standardErrors: [Double](repeating: 0, count: design.expertPositions.count + 1), correlations: nil)
        return ParameterUncertainty(
            source: .observed, experts: experts.map { _ in none }, gate: ParameterCovariance(gate)
        ).shifted(by: center, of: self)
    }
}

extension Matrix {
    fileprivate func submatrixSum(_ indices: [Int]) -> Double {
        indices.reduce(0) { sum, row in indices.reduce(sum) { $0 + self[row, $1] } }
    }
}
