import Foundation
import LinearAlgebra
import MixtureOfExperts

/// Damped Newton on the exact observed Hessian: converges in a few passes where EM takes hundreds.
///
/// Parameters in one vector: gate coefficients (K - 1 gates), expert coefficients, log dispersions. A dispersion at
/// its floor is held there while the gradient pulls it down.
package struct NewtonPolish {
    let algorithm: GeneralisedEM

    package init(algorithm: GeneralisedEM) { self.algorithm = algorithm }

    package struct Step {
        package var model: MixtureModel
        package var objective: Double
        /// What the quadratic model promised of a full step: small only near an optimum, however short the step was.
        package var decrement: Double
    }

    /// One Newton step, halved until the objective rises enough; nil where no step is found.
    package func step(from model: MixtureModel, objective: Double) -> Step? {
        let statistics = model.statistics(of: algorithm.rows, level: .newton, parallelism: algorithm.parallelism)
        let system = NewtonSystem(statistics, model: model, algorithm: algorithm)
        guard let direction = system.ascentDirection() else { return nil }
        let slope = dot(direction, system.gradient)
        var length = 1.0
        for _ in 0..<8 {
            let trial = system.moved(model, direction, by: length)
            let value = self.objective(trial)
            if value.isFinite, value >= objective + 1e-4 * length * slope - 1e-13 * abs(objective) {
                return Step(model: trial, objective: value, decrement: 0.5 * slope)
            }
            length *= 0.5
        }
        return nil
    }

    private func objective(_ model: MixtureModel) -> Double {
        model.statistics(of: algorithm.rows, level: .likelihood, parallelism: algorithm.parallelism).logLikelihood
            - model.gate.penalty(ridge: algorithm.ridge)
    }
}

/// Gradient and negative Hessian of the penalised log-likelihood.
package struct NewtonSystem {
    package private(set) var gradient: [Double]
    package private(set) var negativeHessian: Matrix
    private let expertPositions: [Int]
    private let gatePositions: [Int]
    private let layout: StatisticsLayout
    private let hasDispersion: Bool
    private let dispersionFloor: Double
    private var held: Set<Int> = []

    package init(_ statistics: MixtureStatistics, model: MixtureModel, algorithm: GeneralisedEM) {
        layout = statistics.layout
        expertPositions = model.design.expertPositions
        gatePositions = model.design.gatePositions
        hasDispersion = model.family.hasDispersion
        dispersionFloor = algorithm.dispersionFloor
        let count =
            layout.gateCount * gatePositions.count
            + layout.expertCount * (expertPositions.count + (hasDispersion ? 1 : 0))
        gradient = [Double](repeating: 0, count: count)
        negativeHessian = Matrix(rowCount: count, columnCount: count)
        fillGates(statistics, model: model, ridge: algorithm.ridge)
        fillExperts(statistics)
        if hasDispersion { fillDispersions(statistics, model: model) }
        for index in held { hold(index) }
    }

    private func gateStart(_ gate: Int) -> Int { gate * gatePositions.count }
    private func expertStart(_ expert: Int) -> Int {
        layout.gateCount * gatePositions.count + expert * expertPositions.count
    }
    private func dispersionIndex(_ expert: Int) -> Int { expertStart(layout.expertCount) + expert }

    private mutating func fillGates(_ statistics: MixtureStatistics, model: MixtureModel, ridge: Double) {
        for first in 0..<layout.gateCount {
            let sums = Array(statistics.linearSum(layout.gateGradient(first)))
            for (row, position) in gatePositions.enumerated() {
                gradient[gateStart(first) + row] = sums[position] - ridge * model.gate.coefficients[row, first]
            }
            for second in 0...first {
                let block = statistics.quadraticSum(layout.gateHessian(first, second))
                insert(
                    block.submatrix(rows: gatePositions, columns: gatePositions), gateStart(first), gateStart(second))
            }
            for expert in 0..<layout.expertCount {
                let block = statistics.quadraticSum(layout.crossHessian(gate: first, expert: expert))
                insert(
                    block.submatrix(rows: gatePositions, columns: expertPositions), gateStart(first),
                    expertStart(expert))
            }
        }
        for index in 0..<expertStart(0) { negativeHessian[index, index] += ridge }
    }

    private mutating func fillExperts(_ statistics: MixtureStatistics) {
        for first in 0..<layout.expertCount {
            let sums = Array(statistics.linearSum(layout.expertGradient(first)))
            for (row, position) in expertPositions.enumerated() { gradient[expertStart(first) + row] = sums[position] }
            for second in 0...first {
                let block = statistics.quadraticSum(layout.expertHessian(first, second))
                insert(
                    block.submatrix(rows: expertPositions, columns: expertPositions), expertStart(first),
                    expertStart(second))
            }
        }
    }

    private mutating func fillDispersions(_ statistics: MixtureStatistics, model: MixtureModel) {
        func intercept(_ index: Int) -> Double { statistics.linearSum(index).first ?? 0 }
        for second in 0..<layout.expertCount {
            let column = dispersionIndex(second)
            gradient[column] = intercept(layout.dispersionGradient(second))
            for first in 0..<layout.expertCount {
                let sums = Array(
                    statistics.linearSum(layout.expertDispersionHessian(expert: first, dispersion: second)))
                insert(vector: expertPositions.map { sums[$0] }, expertStart(first), column)
                let value = -intercept(layout.dispersionHessian(first, second))
                negativeHessian[dispersionIndex(first), column] = value
            }
            for gate in 0..<layout.gateCount {
                let sums = Array(statistics.linearSum(layout.gateDispersionHessian(gate: gate, expert: second)))
                insert(vector: gatePositions.map { sums[$0] }, gateStart(gate), column)
            }
            if model.experts[second].dispersion <= dispersionFloor * (1 + 1e-9), gradient[column] < 0 {
                held.insert(column)
            }
        }
    }

    private mutating func insert(_ block: Matrix, _ row: Int, _ column: Int) {
        for j in 0..<block.columnCount {
            for i in 0..<block.rowCount {
                negativeHessian[row + i, column + j] = -block[i, j]
                negativeHessian[column + j, row + i] = -block[i, j]
            }
        }
    }

    private mutating func insert(vector: [Double], _ row: Int, _ column: Int) {
        insert(Matrix(rowCount: vector.count, columnCount: 1, storage: vector), row, column)
    }

    private mutating func hold(_ index: Int) {
        for other in gradient.indices {
            negativeHessian[index, other] = 0
            negativeHessian[other, index] = 0
        }
        negativeHessian[index, index] = 1
        gradient[index] = 0
    }

    /// The Newton direction; where the negative Hessian is not positive definite, with the absolute values of its
    /// eigenvalues (in the scale of its diagonal), which keeps the direction one of ascent.
    func ascentDirection() -> [Double]? {
        let size = gradient.count
        // A direction that the rows say nothing about (a constant covariate) is not followed: rounding would be magnified.
        let scale = (0..<size).map { index in
            let curvature = abs(negativeHessian[index, index])
            return curvature > 0 ? 1 / max(curvature, 1e-12).squareRoot() : 0
        }
        var scaled = negativeHessian
        for column in 0..<size {
            for row in 0..<size { scaled[row, column] *= scale[row] * scale[column] }
        }
        let target = zip(gradient, scale).map(*)
        guard target.allSatisfy(\.isFinite), scaled.storage.allSatisfy(\.isFinite) else { return nil }
        if let cholesky = Cholesky(scaled), cholesky.reciprocalCondition(of: scaled) > 1e-13 {
            return zip(cholesky.solve(target), scale).map(*)
        }
        guard size <= Self.largestEigenproblem else { return nil }
        let (values, vectors) = symmetricEigen(scaled)
        let floor = 1e-9 * (values.map(abs).max() ?? 0)
        var direction = [Double](repeating: 0, count: size)
        for index in 0..<size where abs(values[index]) > floor {
            let coordinate = dot(vectors.column(index), target) / abs(values[index])
            for row in 0..<size { direction[row] += coordinate * vectors[row, index] }
        }
        return zip(direction, scale).map(*)
    }

    /// Beyond this the eigenvalues cost more than the EM iterations that replace the step.
    private static let largestEigenproblem = 1200

    package func moved(_ model: MixtureModel, _ direction: [Double], by length: Double) -> MixtureModel {
        var result = model
        for gate in 0..<layout.gateCount {
            for row in gatePositions.indices {
                result.gate.coefficients[row, gate] += length * direction[gateStart(gate) + row]
            }
        }
        for expert in 0..<layout.expertCount {
            for row in expertPositions.indices {
                result.experts[expert].coefficients[row] += length * direction[expertStart(expert) + row]
            }
            if hasDispersion {
                let factor = exp(length * direction[dispersionIndex(expert)])
                result.experts[expert].dispersion = max(result.experts[expert].dispersion * factor, dispersionFloor)
            }
        }
        return result
    }
}
