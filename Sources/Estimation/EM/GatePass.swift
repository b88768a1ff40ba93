import MixtureOfExperts
import Numerics

/// The sums that a Newton step of softmax regression needs, over blocks of rows.
final class GatePass {
    let block: RowBlock
    let linear: BlockSums
    let quadratic: BlockSums
    /// Σ w Σ_k t_k log π_k.
    private(set) var objective = 0.0
    private let experts: Int
    private let coefficients: [Double]
    private let memory: BlockValues
    // Values of the block, [index][lane] each.
    private let logits: UnsafeMutablePointer<Double>
    private let gates: UnsafeMutablePointer<Double>
    private let targets: UnsafeMutablePointer<Double>
    private let logSums: UnsafeMutablePointer<Double>
    private let mass: UnsafeMutablePointer<Double>
    private let linearFactors: UnsafeMutablePointer<Double>
    private let quadraticFactors: UnsafeMutablePointer<Double>

    private static let lanes = RowBlock.capacity

    /// - Parameter coefficients: of every gate, at the positions of z.
    init(experts: Int, momentCount: Int, coefficients: [Double]) {
        self.experts = experts
        self.coefficients = coefficients
        let pairs = PackedSymmetric.elementCount(size: experts - 1)
        block = RowBlock(momentCount: momentCount)
        linear = BlockSums(.linear, factorCount: experts - 1, momentCount: momentCount)
        quadratic = BlockSums(.quadratic, factorCount: pairs, momentCount: momentCount)
        let starts = BlockValues.starts([experts, experts, experts, 1, 1, experts - 1, pairs])
        memory = BlockValues(starts[7])
        (logits, gates, targets) = (memory[starts[0]], memory[starts[1]], memory[starts[2]])
        (logSums, mass) = (memory[starts[3]], memory[starts[4]])
        (linearFactors, quadraticFactors) = (memory[starts[5]], memory[starts[6]])
    }

    /// - Parameter targets: rowCount x experts.
    func accumulate(_ targets: UnsafeBufferPointer<Double>, rowCount: Int, start: Int, count: Int) {
        block.linearPredictors(coefficients: coefficients, count: experts, into: logits)
        gates.update(from: logits, count: experts * Self.lanes)
        block.softmax(gates, count: experts, logSums: logSums)
        load(targets, rowCount: rowCount, start: start, count: count)
        addObjective()
        formFactors()
        linear.add(block, factors: linearFactors, responseFactors: 0)
        quadratic.add(block, factors: quadraticFactors, responseFactors: 0)
    }

    /// The targets of the block times the weights of the rows, and their sum over the experts.
    private func load(_ source: UnsafeBufferPointer<Double>, rowCount: Int, start: Int, count: Int) {
        mass.update(repeating: 0, count: Self.lanes)
        for expert in 0..<experts {
            let target = targets + expert * Self.lanes
            for lane in 0..<Self.lanes {
                target[lane] = lane < count ? source[expert * rowCount + start + lane] * block.weights[lane] : 0
                mass[lane] += target[lane]
            }
        }
    }

    private func addObjective() {
        for expert in 0..<experts {
            let (target, logit) = (targets + expert * Self.lanes, logits + expert * Self.lanes)
            var sum = 0.0
            // Where a target is 0 its logarithm may be -∞.
            for lane in 0..<Self.lanes where target[lane] > 0 { sum += target[lane] * (logit[lane] - logSums[lane]) }
            objective += sum
        }
    }

    /// π (1 - π) where ``RowBlock/gateInformation(_:weighted:count:into:)`` has π - π²: starts are chosen by what a regression that
    /// begins far from its optimum reaches, and there the last digits decide.
    private func formFactors() {
        for first in 0..<experts - 1 {
            let (gate, target) = (gates + first * Self.lanes, targets + first * Self.lanes)
            let factor = linearFactors + first * Self.lanes
            for lane in 0..<Self.lanes { factor[lane] = target[lane] - mass[lane] * gate[lane] }
            for second in 0...first {
                let other = gates + second * Self.lanes
                let same = first == second ? 1.0 : 0
                let factor = quadraticFactors + PackedSymmetric.offset(first, second) * Self.lanes
                for lane in 0..<Self.lanes { factor[lane] = mass[lane] * gate[lane] * (same - other[lane]) }
            }
        }
    }
}
