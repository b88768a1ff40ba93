import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

@Suite struct SoftmaxRegressionTests {
    private struct Problem {
        let design = RandomData.design(3, gate: [0, 2])
        let rows: ShardRows
        /// Soft; the rows do not sum to 1.
        let targets: Matrix
        let ridge: Double

        init(seed: UInt64, classes: Int, ridge: Double) {
            var random = RandomNumbers(seed: seed)
            let covariates = RandomData.matrix(300, 3, using: &random)
            rows = ShardRows(
                covariates: covariates, responses: [Double](repeating: 0, count: 300),
                weights: (0..<300).map { _ in 0.2 + random.uniform() })
            targets = Matrix(
                rowCount: 300, columnCount: classes,
                storage: (0..<300 * classes).map { _ in random.uniform() * random.uniform() })
            self.ridge = ridge
        }

        var fit: SoftmaxGate {
            SoftmaxRegression(rows: rows, design: design, targets: targets, ridgePerRow: ridge).fit()
        }

        func logProbabilities(_ gate: SoftmaxGate) -> Matrix {
            MixtureModel(
                design: design, gate: gate,
                experts: (0..<gate.expertCount).map { _ in Expert(coefficients: [0, 0, 0, 0], dispersion: 1) }
            ).logGateProbabilities(rows.covariates)
        }

        func objective(_ gate: SoftmaxGate) -> Double {
            let logs = logProbabilities(gate)
            var sum = 0.0
            for row in 0..<300 { sum += rows.weight(row) * dot(targets.row(row), logs.row(row)) }
            return sum - 0.5 * ridge * rows.totalWeight * dot(gate.coefficients.storage, gate.coefficients.storage)
        }

        func gradient(_ gate: SoftmaxGate) -> [Double] {
            let logs = logProbabilities(gate)
            return (0..<gate.expertCount - 1).flatMap { column in
                var sums = (0..<3).map { -ridge * rows.totalWeight * gate.coefficients[$0, column] }
                for row in 0..<300 {
                    let mass = targets.row(row).reduce(0, +)
                    let residual = rows.weight(row) * (targets[row, column] - mass * exp(logs[row, column]))
                    for (index, value) in [1, rows.covariates[row, 0], rows.covariates[row, 2]].enumerated() {
                        sums[index] += residual * value
                    }
                }
                return sums
            }
        }
    }

    @Test(arguments: [2, 3, 5], [0, 1e-2]) func optimum(classes: Int, ridge: Double) {
        let problem = Problem(seed: UInt64(classes), classes: classes, ridge: ridge)
        let gate = problem.fit
        #expect(problem.gradient(gate).allSatisfy { abs($0) < 1e-8 * 300 })
        #expect(gate.coefficients.column(classes - 1).allSatisfy { $0 == 0 })
        let best = problem.objective(gate)
        var random = RandomNumbers(seed: 9)
        for size in [1e-3, 0.1, 1] {
            var other = gate.coefficients
            for index in 0..<3 * (classes - 1) { other.storage[index] += size * random.normal() }
            #expect(problem.objective(SoftmaxGate(coefficients: other)) < best)
        }
        #expect(best > problem.objective(SoftmaxGate(expertCount: classes, covariateCount: 2)) + 1e-3)
    }

    /// Targets that are a gate themselves are met.
    @Test func recoversAGate() {
        let problem = Problem(seed: 11, classes: 3, ridge: 0)
        var random = RandomNumbers(seed: 12)
        let gate = SoftmaxGate(coefficients: RandomData.matrix(3, 3, using: &random))
        var targets = problem.logProbabilities(gate)
        for index in targets.storage.indices { targets.storage[index] = exp(targets.storage[index]) }
        let fitted = SoftmaxRegression(rows: problem.rows, design: problem.design, targets: targets, ridgePerRow: 0)
            .fit()
        #expect(difference(fitted.coefficients.storage, gate.coefficients.storage) < 1e-7)
    }

    @Test func theStartDoesNotMatter() {
        let problem = Problem(seed: 13, classes: 3, ridge: 1e-3)
        var random = RandomNumbers(seed: 14)
        let start = SoftmaxGate(coefficients: RandomData.matrix(3, 3, using: &random))
        let other = SoftmaxRegression(
            rows: problem.rows, design: problem.design, targets: problem.targets, ridgePerRow: 1e-3
        ).fit(from: start)
        #expect(difference(other.coefficients.storage, problem.fit.coefficients.storage) < 1e-6)
    }

    /// Without a ridge separable classes have no finite optimum: the fit must still end, with finite coefficients.
    @Test func separableClasses() {
        let x = (0..<100).map { Double($0) / 50 - 0.99 }
        let rows = ShardRows(covariates: Matrix(columns: [x]), responses: x)
        let targets = Matrix(columns: [x.map { $0 < 0 ? 1 : 0 }, x.map { $0 < 0 ? 0 : 1 }])
        let gate = SoftmaxRegression(rows: rows, design: RandomData.design(1), targets: targets, ridgePerRow: 1e-8)
            .fit()
        #expect(gate.coefficients.storage.allSatisfy { $0.isFinite })
        #expect(gate.coefficients[1, 0] < -10)
    }

    @Test func oneClassHasNothingToFit() {
        let rows = ShardRows(covariates: Matrix(columns: [[1, 2]]), responses: [0, 0])
        let targets = Matrix(rowCount: 2, columnCount: 1, repeating: 1)
        let gate = SoftmaxRegression(rows: rows, design: RandomData.design(1), targets: targets, ridgePerRow: 0).fit()
        #expect(gate == SoftmaxGate(expertCount: 1, covariateCount: 1))
    }
}
