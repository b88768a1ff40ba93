import Foundation
import LinearAlgebra
import MixtureOfExperts

/// Fits a gate to soft targets: maximises Σ_i w_i Σ_k t_ik log π_k(x_i; α) - ½ ridge |α|² by Newton's method with step
/// halving.
public struct SoftmaxRegression {
    let rows: ShardRows
    let design: Design
    /// rows x K, nonnegative.
    let targets: Matrix
    let ridge: Double

    /// - Parameters:
    ///   - rows: standardised; the responses are not read.
    ///   - ridgePerRow: in units of the total weight of the rows.
    public init(rows: ShardRows, design: Design, targets: Matrix, ridgePerRow: Double) {
        self.rows = rows
        self.design = design
        self.targets = targets
        ridge = ridgePerRow * rows.totalWeight
    }

    public func fit(from start: SoftmaxGate? = nil, iterations: Int = 50, tolerance: Double = 1e-11) -> SoftmaxGate {
        var gate =
            start ?? SoftmaxGate(expertCount: targets.columnCount, covariateCount: design.gateCovariates.count)
        guard gate.expertCount > 1 else { return gate }
        var current = system(gate)
        for _ in 0..<iterations {
            let direction = GateNewton.direction(
                gate: gate, ridge: ridge, gradient: { current.gradients[$0] },
                information: { current.information[PackedSymmetric.offset($0, $1)] })
            guard let (next, system) = improved(gate, current, direction) else { break }
            let change = system.objective - current.objective
            gate = next
            current = system
            if change < tolerance * rows.totalWeight { break }
        }
        return gate
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
        let lanes = RowBlock.capacity
        let experts = gate.expertCount
        let pairs = PackedSymmetric.elementCount(size: experts - 1)
        let positions = design.gatePositions
        let block = RowBlock(momentCount: design.momentCount)
        defer { block.deallocate() }
        let packed = PackedSymmetric.elementCount(size: design.momentCount)
        var quadratic = [Double](repeating: 0, count: pairs * packed)
        var linear = [Double](repeating: 0, count: (experts - 1) * design.momentCount)
        var factors = GateFactors(experts: experts, lanes: lanes)
        let coefficients = spread(gate)
        var objective = -gate.penalty(ridge: ridge)
        for start in stride(from: 0, to: rows.rowCount, by: lanes) {
            let count = min(lanes, rows.rowCount - start)
            block.load(rows, start: start, count: count)
            block.linearPredictors(coefficients: coefficients, count: experts, into: &factors.predictors)
            objective += factors.form(targets: targets, start: start, count: count, weights: block.weights)
            block.formPanel()
            block.addQuadratic(factors: factors.quadratic, count: pairs, into: &quadratic)
            block.addLinear(factors: factors.linear, count: experts - 1, into: &linear)
        }
        return System(
            objective: objective,
            gradients: (0..<experts - 1).map { gate in positions.map { linear[gate * design.momentCount + $0] } },
            information: (0..<pairs).map { pair in
                PackedSymmetric(
                    size: design.momentCount, storage: Array(quadratic[pair * packed..<(pair + 1) * packed])
                )
                .submatrix(rows: positions, columns: positions)
            })
    }

    private func spread(_ gate: SoftmaxGate) -> [Double] {
        var result = [Double](repeating: 0, count: gate.expertCount * design.momentCount)
        for index in 0..<gate.expertCount {
            for (position, value) in zip(design.gatePositions, gate.coefficients.column(index)) {
                result[index * design.momentCount + position] = value
            }
        }
        return result
    }
}

/// The factors of one block, [index][lane] each.
private struct GateFactors {
    let experts: Int
    let lanes: Int
    var predictors: [Double]
    var quadratic: [Double]
    var linear: [Double]
    private var logSums: [Double]

    init(experts: Int, lanes: Int) {
        self.experts = experts
        self.lanes = lanes
        predictors = [Double](repeating: 0, count: experts * lanes)
        quadratic = [Double](repeating: 0, count: PackedSymmetric.elementCount(size: experts - 1) * lanes)
        linear = [Double](repeating: 0, count: (experts - 1) * lanes)
        logSums = [Double](repeating: 0, count: lanes)
    }

    /// Returns Σ w Σ_k t_k log π_k of the block.
    mutating func form(targets: Matrix, start: Int, count: Int, weights: UnsafeMutablePointer<Double>) -> Double {
        let logPredictors = predictors
        Softmax.normalise(&predictors, rows: experts, lanes: lanes, logSums: &logSums)
        var objective = 0.0
        for lane in 0..<lanes {
            let mass = lane < count ? (0..<experts).reduce(0) { $0 + targets[start + lane, $1] } : 0
            for first in 0..<experts {
                let target = lane < count ? targets[start + lane, first] : 0
                if target > 0 {
                    objective += weights[lane] * target * (logPredictors[first * lanes + lane] - logSums[lane])
                }
                if first == experts - 1 { continue }
                let gate = predictors[first * lanes + lane]
                linear[first * lanes + lane] = weights[lane] * (target - mass * gate)
                for second in 0...first {
                    let other = predictors[second * lanes + lane]
                    quadratic[PackedSymmetric.offset(first, second) * lanes + lane] =
                        weights[lane] * mass * gate * ((first == second ? 1 : 0) - other)
                }
            }
        }
        return objective
    }
}
