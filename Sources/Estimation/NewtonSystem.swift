import Foundation
import LinearAlgebra
import MixtureOfExperts

/// Gradient and negative Hessian of the penalised log-likelihood.
///
/// What does not move, such as a dispersion at its floor while the gradient pulls it down, is held.
package struct NewtonSystem {
    package private(set) var gradient: [Double]
    package private(set) var negativeHessian: Matrix
    let parameters: ParameterLayout
    /// See ``ParameterLayout/held(_:gradient:)``.
    let held: [Int]

    package init(_ statistics: MixtureStatistics, model: MixtureModel, algorithm: GeneralisedEM) {
        parameters = ParameterLayout(
            model, dispersionFloor: algorithm.dispersionFloor, background: algorithm.background,
            lasso: algorithm.penalty.lasso)
        gradient = parameters.gradient(statistics, model: model, penalty: algorithm.penalty)
        held = parameters.held(model, gradient: gradient)
        negativeHessian = Matrix(rowCount: parameters.count, columnCount: parameters.count)
        fillGates(statistics, ridge: algorithm.penalty.gateRidge)
        fillExperts(statistics, ridge: algorithm.penalty.expertRidge(model.family))
        if parameters.hasDispersion { fillDispersions(statistics) }
        for index in held { hold(index) }
    }

    private mutating func fillGates(_ statistics: MixtureStatistics, ridge: Double) {
        let layout = statistics.layout
        let (gatePositions, expertPositions) = (parameters.gatePositions, parameters.expertPositions)
        for first in 0..<parameters.gateCount {
            for second in 0...first {
                insert(
                    statistics.quadraticSum(layout.gateHessian(first, second)), gatePositions, gatePositions,
                    at: parameters.gateStart(first), parameters.gateStart(second))
            }
            for predictor in 0..<parameters.predictorCount {
                insert(
                    statistics.quadraticSum(layout.crossHessian(gate: first, predictor: predictor)), gatePositions,
                    expertPositions, at: parameters.gateStart(first), parameters.predictorStart(predictor))
            }
        }
        for index in 0..<parameters.expertStart(0) { negativeHessian[index, index] += ridge }
    }

    private mutating func fillExperts(_ statistics: MixtureStatistics, ridge: Double) {
        let positions = parameters.expertPositions
        for first in 0..<parameters.predictorCount {
            for second in 0...first {
                insert(
                    statistics.quadraticSum(statistics.layout.expertHessian(first, second)), positions, positions,
                    at: parameters.predictorStart(first), parameters.predictorStart(second))
            }
        }
        for index in parameters.expertStart(0)..<parameters.expertStart(parameters.expertCount) {
            negativeHessian[index, index] += ridge
        }
    }

    private mutating func fillDispersions(_ statistics: MixtureStatistics) {
        let layout = statistics.layout
        for second in 0..<parameters.expertCount {
            let column = parameters.dispersionIndex(second)
            for first in 0..<parameters.expertCount {
                let sums = Array(
                    statistics.linearSum(layout.expertDispersionHessian(predictor: first, dispersion: second)))
                insert(sums, parameters.expertPositions, at: parameters.expertStart(first), column)
                let value = -(statistics.linearSum(layout.dispersionHessian(first, second)).first ?? 0)
                negativeHessian[parameters.dispersionIndex(first), column] = value
            }
            for gate in 0..<parameters.gateCount {
                let sums = Array(statistics.linearSum(layout.gateDispersionHessian(gate: gate, expert: second)))
                insert(sums, parameters.gatePositions, at: parameters.gateStart(gate), column)
            }
        }
    }

    private mutating func insert(
        _ block: PackedSymmetric, _ rows: [Int], _ columns: [Int], at row: Int, _ column: Int
    ) {
        for (j, second) in columns.enumerated() {
            for (i, first) in rows.enumerated() {
                let value = -block[first, second]
                negativeHessian[row + i, column + j] = value
                negativeHessian[column + j, row + i] = value
            }
        }
    }

    private mutating func insert(_ sums: [Double], _ positions: [Int], at row: Int, _ column: Int) {
        for (i, position) in positions.enumerated() {
            negativeHessian[row + i, column] = -sums[position]
            negativeHessian[column, row + i] = -sums[position]
        }
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
        // Rounding mixes eigenvectors of equal eigenvalue.
        for index in held { direction[index] = 0 }
        return zip(direction, scale).map(*)
    }

    /// Beyond this the eigenvalues cost more than the EM iterations that replace the step.
    private static let largestEigenproblem = 1200

    package func moved(_ model: MixtureModel, _ direction: [Double], by length: Double) -> MixtureModel {
        parameters.moved(model, direction, by: length)
    }
}
