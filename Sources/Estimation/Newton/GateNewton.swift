import MixtureOfExperts
import Numerics

/// The Newton direction of a softmax gate: (information + ridge)⁻¹ (gradient - ridge · α).
enum GateNewton {
    /// - Parameters:
    ///   - gradient: for each gate but the last, Σ w (target - π_a) x over `positions`.
    ///   - information: the block Σ w π_a (δ_ab - π_b) x x' of two gates.
    ///   - free: coefficients that move, gate after gate; nil for all.
    ///   - pull: what the gradient of the penalty weighs: 0 leaves coefficients that no row determines where they are.
    ///   - damping: added to the information of each coefficient.
    /// - Returns: the direction in the shape of the gate's coefficients, the last column zero.
    static func direction(
        gate: SoftmaxGate, ridge: Double, free: [Bool]? = nil, pull: Double = 1, damping: Double = 0,
        gradient: (Int) -> [Double], information: (Int, Int) -> Matrix
    ) -> Matrix {
        let (system, right) = system(
            gate: gate, ridge: ridge, pull: pull, damping: damping, gradient: gradient, information: information)
        let solution =
            free.map { restrictedSolution(system, right, $0) } ?? solvePositiveSemidefinite(system, right)
        let rows = gate.coefficients.rowCount
        return Matrix(
            rowCount: rows, columnCount: gate.expertCount,
            storage: solution + [Double](repeating: 0, count: rows))
    }

    private static func restrictedSolution(_ system: Matrix, _ right: [Double], _ free: [Bool]) -> [Double] {
        let moving = right.indices.filter { free[$0] }
        var result = [Double](repeating: 0, count: right.count)
        let solution = solvePositiveSemidefinite(system.submatrix(moving), moving.map { right[$0] })
        for (index, value) in zip(moving, solution) { result[index] = value }
        return result
    }

    /// The equations of the direction, gate after gate.
    static func system(
        gate: SoftmaxGate, ridge: Double, pull: Double = 1, damping: Double = 0, gradient: (Int) -> [Double],
        information: (Int, Int) -> Matrix
    ) -> (Matrix, right: [Double]) {
        let rows = gate.coefficients.rowCount
        let gates = gate.expertCount - 1
        var system = matrix(gates: gates, rows: rows, information)
        var right = [Double]()
        for first in 0..<gates {
            for (row, value) in gradient(first).enumerated() {
                system[first * rows + row, first * rows + row] += ridge + damping
                right.append(value - pull * ridge * gate.coefficients[row, first])
            }
        }
        return (system, right)
    }

    /// The blocks of the information in their places.
    static func matrix(gates: Int, rows: Int, _ information: (Int, Int) -> Matrix) -> Matrix {
        var result = Matrix(rowCount: rows * gates, columnCount: rows * gates)
        for first in 0..<gates {
            for second in 0...first {
                result.insertSymmetrically(information(first, second), at: first * rows, second * rows)
            }
        }
        return result
    }
}

extension SoftmaxGate {
    /// α + step · direction.
    func moved(_ direction: Matrix, by step: Double) -> SoftmaxGate {
        var result = coefficients
        for index in result.storage.indices { result.storage[index] += step * direction.storage[index] }
        return SoftmaxGate(coefficients: result)
    }

    /// ½ ridge |α|².
    func penalty(ridge: Double) -> Double {
        0.5 * ridge * coefficients.storage.reduce(0) { $0 + $1 * $1 }
    }
}
