import Foundation
import MixtureOfExperts
import Numerics

/// Fits a gate to soft targets: maximises Σ_i w_i Σ_k t_ik log π_k(x_i; α) - ½ ridge |α|² by Newton's method with step
/// halving.
package struct SoftmaxRegression {
    let rows: ShardRows
    let design: Design
    /// rows x K, nonnegative.
    let targets: Matrix
    let ridge: Double
    /// Coefficients that are not 0, gate after gate, the intercept first; nil for all.
    let free: [Bool]?

    /// - Parameters:
    ///   - rows: standardised; the responses are not read.
    ///   - ridgePerRow: in units of the total weight of the rows.
    ///   - free: coefficients that are not 0, gate after gate, the intercept first; nil for all.
    package init(rows: ShardRows, design: Design, targets: Matrix, ridgePerRow: Double, free: [Bool]? = nil) {
        self.rows = rows
        self.design = design
        self.targets = targets
        ridge = ridgePerRow * rows.totalWeight
        self.free = free
    }

    package func fit(from start: SoftmaxGate? = nil, iterations: Int = 50, tolerance: Double = 1e-11) -> SoftmaxGate {
        var gate =
            start ?? SoftmaxGate(expertCount: targets.columnCount, covariateCount: design.gateCovariates.count)
        guard gate.expertCount > 1 else { return gate }
        var current = system(gate)
        for _ in 0..<iterations {
            let direction = GateNewton.direction(
                gate: gate, ridge: ridge, free: free, gradient: { current.gradients[$0] },
                information: { current.information[PackedSymmetric.offset($0, $1)] })
            guard let (next, system) = improved(gate, current, direction) else { break }
            let change = system.objective - current.objective
            gate = next
            current = system
            if change < tolerance * rows.totalWeight { break }
        }
        return gate
    }

    /// Σ_i w_i (diag π - π π') ⊗ x_i x_i' at a gate, π of all experts but the last and w_i the sum of the targets: the information of
    /// the gate's coefficients, without the ridge.
    package func information(of gate: SoftmaxGate) -> Matrix {
        let blocks = system(gate).information
        return GateNewton.matrix(gates: gate.expertCount - 1, rows: design.gatePositions.count) {
            blocks[PackedSymmetric.offset($0, $1)]
        }
    }

    private func improved(
        _ gate: SoftmaxGate, _ current: System, _ direction: Matrix
    ) -> (SoftmaxGate, System)? {
        var length = 1.0
        for _ in 0..<20 {
            let trial = gate.moved(direction, by: length)
            let system = system(trial)
            if system.objective > current.objective { return (trial, system) }
            length *= 0.5
        }
        return nil
    }

    private struct System {
        var objective: Double
        var gradients: [[Double]]
        var information: [Matrix]
    }

    private func system(_ gate: SoftmaxGate) -> System {
        let experts = gate.expertCount
        let momentCount = design.momentCount
        let positions = design.gatePositions
        let pass = GatePass(
            experts: experts, momentCount: momentCount,
            coefficients: (0..<experts).flatMap { design.spread(gate.coefficients.column($0), at: positions) })
        targets.storage.withUnsafeBufferPointer { targets in
            rows.forEachBlock(in: 0..<rows.rowCount, pass.block) { start, count in
                pass.accumulate(targets, rowCount: rows.rowCount, start: start, count: count)
            }
        }
        let linear = pass.linear.collected(responseFactors: 0)
        return System(
            objective: pass.objective - gate.penalty(ridge: ridge),
            gradients: (0..<experts - 1).map { gate in positions.map { linear[gate * momentCount + $0] } },
            information: pass.quadratic.matrices(responseFactors: 0).map {
                $0.submatrix(rows: positions, columns: positions)
            })
    }
}
