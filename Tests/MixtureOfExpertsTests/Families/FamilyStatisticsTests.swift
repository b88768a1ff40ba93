import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// The statistics pass of mixtures of every family.
@Suite struct FamilyStatisticsTests {
    private static let levels: [StatisticsLevel] = [.likelihood, .gradient, .expectationMaximization, .newton]

    /// Three experts on covariates of their own and an offset; a block that is not full.
    private func problem(_ one: FamilyCase, rows: Int = 150) -> (MixtureModel, ShardRows) {
        var random = RandomNumbers(seed: 21)
        let design = Design(
            target: "y", covariates: ["x1", "x2", "x3", "o"], expertCovariates: [0, 1], gateCovariates: [1, 2],
            offset: 3)
        let gate = RandomData.matrix(3, 3, using: &random)
        let model = MixtureModel(
            design: design, family: one.family, gate: SoftmaxGate(coefficients: gate),
            experts: (0..<3).map { index in
                Expert(
                    coefficients: (0..<one.family.coefficientCount(regressors: 3)).map { _ in 0.5 * random.normal() },
                    dispersion: one.points[index].dispersion)
            })
        let weights = (0..<rows).map { _ in 0.5 + random.uniform() }
        return (model, RandomData.rows(model, count: rows, weights: weights, using: &random))
    }

    // MARK: Finite differences

    /// All parameters: gates but the last, expert coefficients, log dispersions.
    private func values(_ model: MixtureModel) -> [Double] {
        (0..<model.expertCount - 1).flatMap { Array(model.gate.coefficients.column($0)) }
            + model.experts.flatMap(\.coefficients)
            + (model.family.hasDispersion ? model.experts.map { log($0.dispersion) } : [])
    }

    private func model(_ model: MixtureModel, _ values: [Double]) -> MixtureModel {
        var (result, rest) = (model, values[...])
        for gate in 0..<model.expertCount - 1 {
            for row in 0..<model.gate.coefficients.rowCount { result.gate.coefficients[row, gate] = rest.removeFirst() }
        }
        for expert in model.experts.indices {
            for index in model.experts[expert].coefficients.indices {
                result.experts[expert].coefficients[index] = rest.removeFirst()
            }
        }
        if model.family.hasDispersion {
            for expert in model.experts.indices { result.experts[expert].dispersion = exp(rest.removeFirst()) }
        }
        return result
    }

    /// In the order of the parameters.
    private func gradient(_ statistics: MixtureStatistics, _ design: Design) -> [Double] {
        let layout = statistics.layout
        func sums(_ index: Int, _ positions: [Int]) -> [Double] {
            let all = Array(statistics.linearSum(index))
            return positions.map { all[$0] }
        }
        return (0..<layout.gateCount).flatMap { sums(layout.gateGradient($0), design.gatePositions) }
            + (0..<layout.predictorCount).flatMap { sums(layout.expertGradient($0), design.expertPositions) }
            + (layout.hasDispersion
                ? (0..<layout.expertCount).flatMap { sums(layout.dispersionGradient($0), [0]) } : [])
    }

    private func hessian(_ statistics: MixtureStatistics, _ design: Design) -> Matrix {
        let layout = statistics.layout
        let blocks =
            (0..<layout.gateCount).map { ("gate", $0, design.gatePositions) }
            + (0..<layout.predictorCount).map { ("predictor", $0, design.expertPositions) }
            + (layout.hasDispersion ? (0..<layout.expertCount).map { ("dispersion", $0, [0]) } : [])
        func element(_ left: (String, Int, Int), _ right: (String, Int, Int)) -> Double {
            switch (left.0, right.0) {
            case ("gate", "gate"):
                let sum = statistics.quadraticSum(layout.gateHessian(max(left.1, right.1), min(left.1, right.1)))
                return sum[left.2, right.2]
            case ("gate", "predictor"):
                return statistics.quadraticSum(layout.crossHessian(gate: left.1, predictor: right.1))[left.2, right.2]
            case ("predictor", "predictor"):
                let sum = statistics.quadraticSum(layout.expertHessian(max(left.1, right.1), min(left.1, right.1)))
                return sum[left.2, right.2]
            case ("gate", "dispersion"):
                return Array(
                    statistics.linearSum(layout.gateDispersionHessian(gate: left.1, expert: right.1)))[left.2]
            case ("predictor", "dispersion"):
                return Array(
                    statistics.linearSum(
                        layout.expertDispersionHessian(predictor: left.1, dispersion: right.1)))[left.2]
            case ("dispersion", "dispersion"):
                let index = layout.dispersionHessian(max(left.1, right.1), min(left.1, right.1))
                return Array(statistics.linearSum(index))[0]
            default: return element(right, left)
            }
        }
        let all = blocks.flatMap { block in block.2.map { (block.0, block.1, $0) } }
        return Matrix(columns: all.map { right in all.map { element($0, right) } })
    }

    @Test(arguments: FamilyCase.all) func gradientEqualsFiniteDifferences(one: FamilyCase) {
        let (model, rows) = problem(one)
        let start = values(model)
        let step = 1e-4
        let expected = start.indices.map { index in
            let sides = [step, -step, 2 * step, -2 * step].map { move in
                var moved = start
                moved[index] += move
                return self.model(model, moved).statistics(of: rows, level: .likelihood).logLikelihood
            }
            return (8 * (sides[0] - sides[1]) - (sides[2] - sides[3])) / (12 * step)
        }
        for level in [StatisticsLevel.gradient, .newton] {
            let statistics = model.statistics(of: rows, level: level)
            #expect(difference(gradient(statistics, model.design), expected) < 1e-8)
        }
    }

    @Test(arguments: FamilyCase.all) func hessianEqualsFiniteDifferences(one: FamilyCase) {
        let (model, rows) = problem(one)
        let start = values(model)
        let step = 1e-3
        let columns = start.indices.map { index in
            let sides = [step, -step, 2 * step, -2 * step].map { move in
                var moved = start
                moved[index] += move
                return gradient(self.model(model, moved).statistics(of: rows, level: .gradient), model.design)
            }
            return start.indices.map {
                (8 * (sides[0][$0] - sides[1][$0]) - (sides[2][$0] - sides[3][$0])) / (12 * step)
            }
        }
        let exact = hessian(model.statistics(of: rows, level: .newton), model.design)
        #expect(difference(exact.storage, Matrix(columns: columns).storage) < 1e-8)
    }

    /// Of an expert held to the rows by fixed posteriors: the sums of generalised EM, row by row.
    @Test(arguments: FamilyCase.all.filter { !($0.family is any ClosedFormFamily) })
    func informationIsTheSumOverRows(one: FamilyCase) {
        let (model, rows) = problem(one)
        let statistics = model.statistics(of: rows, level: .expectationMaximization)
        let layout = statistics.layout
        let joint = model.logJointDensities(rows.covariates, responses: rows.responses)
        for (index, expert) in model.experts.enumerated() {
            let count = one.family.predictorCount
            var information = Matrix(rowCount: 3 * count, columnCount: 3 * count)
            var dispersion = 0.0
            for row in 0..<rows.rowCount {
                let x = rows.covariates.row(row)
                let regressors = [1, x[0], x[1]]
                let predictors = (0..<count).map { dot(expert.coefficients[3 * $0..<3 * $0 + 3], regressors) + x[3] }
                let derivatives = one.family.derivatives(rows.responses[row], predictors, expert.dispersion)
                let weight = rows.weight(row) * exp(joint[row, index] - Scalar.logSumExp(joint.row(row)))
                let seconds = PackedSymmetric(size: count, storage: derivatives.seconds)
                for (i, j) in (0..<3 * count).flatMap({ i in (0..<3 * count).map { (i, $0) } }) {
                    information[i, j] -= weight * seconds[i / 3, j / 3] * regressors[i % 3] * regressors[j % 3]
                }
                dispersion -= weight * derivatives.dispersion[2]
            }
            let sums = statistics.expertInformation(index, model.design.expertPositions)
            #expect(difference(sums.matrix().storage, information.storage) < 1e-12)
            guard layout.hasDispersion else { continue }
            let sum = statistics.linearSum(layout.dispersionInformation(index)).first ?? .nan
            #expect(difference(sum, dispersion) < 1e-12)
        }
    }

    // MARK: Laws of sums

    @Test(arguments: FamilyCase.all) func weightTwoIsTheRowTwice(one: FamilyCase) {
        let (model, all) = problem(one)
        let rows = all.weighted(nil)
        let weights = (0..<rows.rowCount).map { $0.isMultiple(of: 3) ? 2.0 : 1 }
        let repeated = rows.subset((0..<rows.rowCount).flatMap { $0.isMultiple(of: 3) ? [$0, $0] : [$0] })
        for level in Self.levels {
            let weighted = model.statistics(of: rows.weighted(weights), level: level)
            let duplicated = model.statistics(of: repeated, level: level)
            #expect(difference(weighted.quadratic + weighted.linear, duplicated.quadratic + duplicated.linear) < 1e-13)
            #expect(difference(weighted.logLikelihood, duplicated.logLikelihood) < 1e-13)
        }
    }

    @Test(arguments: FamilyCase.all) func sameBitsForAnyThreadsAndVectors(one: FamilyCase) {
        let (model, rows) = problem(one, rows: 2500)
        let fused = InstructionSet.available.filter { $0 != .portable }
        for level in Self.levels {
            let serial = model.statistics(of: rows, level: level)
            #expect(serial.logLikelihood.isFinite)
            #expect(model.statistics(of: rows, level: level, parallelism: Parallelism(threads: 3)) == serial)
            for instructionSet in fused {
                #expect(model.statistics(of: rows, level: level, instructionSet: instructionSet) == serial)
            }
        }
    }
}
