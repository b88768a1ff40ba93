import Estimation
import MixtureOfExperts
import Numerics

/// The optimal plan for given experts, summed over the components: all that the next experts depend on.
package struct TransportPlan {
    /// Σ_s Σ_lk P_lk(x_s) KL(l ‖ k)(x_s).
    package private(set) var objective = 0.0
    /// Σ_l P_lk(x_s); points x experts.
    package private(set) var masses: Matrix
    /// Mean expected statistics of what is sent to k at x_s; [expert][statistic][point].
    private var statistics: [[[Double]]]

    private static let lanes = RowBlock.capacity

    package init(_ problem: TransportProblem, experts: [Expert]) {
        let prepared = TransportProblem.PreparedDivergences(problem, to: experts)
        let sums = problem.parallelism.map(count: problem.blockMasses.blocks.count) { index in
            BlockPlan(problem, block: index, experts: experts, prepared)
        }
        masses = Matrix(rowCount: problem.pointCount, columnCount: experts.count)
        let none = [Double](repeating: 0, count: problem.pointCount)
        statistics = experts.map { _ in [[Double]](repeating: none, count: problem.family.statisticCount) }
        for (index, block) in sums.enumerated() {
            add(block, from: index * Self.lanes, points: min(Self.lanes, problem.pointCount - index * Self.lanes))
        }
    }

    /// The plan on one block of points.
    private struct BlockPlan {
        /// mass · divergence; [lane].
        var objective = [Double](repeating: 0, count: lanes)
        /// Mass, and mass times expected statistics, of what each expert receives; [expert][…][lane].
        var received: [Double]

        init(
            _ problem: TransportProblem, block index: Int, experts: [Expert],
            _ prepared: TransportProblem.PreparedDivergences
        ) {
            let count = problem.family.statisticCount
            received = [Double](repeating: 0, count: (count + 1) * experts.count * lanes)
            let expected = BlockValues(count)
            received.withUnsafeMutableBufferPointer { received in
                objective.withUnsafeMutableBufferPointer { objective in
                    problem.forEachComponent(onBlock: index, to: experts, prepared) { block, divergences in
                        problem.family.expectedStatistics(
                            predictors: divergences.predictors,
                            dispersion: problem.components[divergences.component].dispersion, count: lanes,
                            into: expected.pointer, stride: lanes)
                        block.addToNearest(
                            costs: divergences.costs, count: experts.count, masses: divergences.masses,
                            values: expected.pointer, valueCount: count, sums: received.baseAddress!,
                            objective: objective.baseAddress!)
                    }
                }
            }
        }
    }

    private mutating func add(_ block: BlockPlan, from start: Int, points: Int) {
        objective += block.objective[..<points].reduce(0, +)
        for expert in statistics.indices {
            let count = statistics[expert].count
            let first = (count + 1) * expert * Self.lanes
            for lane in 0..<points {
                let mass = block.received[first + lane]
                guard mass > 0 else { continue }
                masses[start + lane, expert] = mass
                for index in 0..<count {
                    statistics[expert][index][start + lane] =
                        block.received[first + (index + 1) * Self.lanes + lane] / mass
                }
            }
        }
    }

    /// The experts that minimise the objective for this plan: weighted fits to the mean statistics (paper, section 4 and
    /// appendix B).
    ///
    /// An expert that received no mass stays.
    func barycentres(_ problem: TransportProblem, previous: [Expert]) -> [Expert] {
        let fit = WeightedFit(
            design: problem.design, family: problem.family, dispersionFloor: 0, iterations: Self.newtonSteps)
        return problem.parallelism.map(count: previous.count) { index in
            let masses = Array(masses.column(index))
            guard previous[index].fixed == nil, masses.reduce(0, +) > 1e-12 else { return previous[index] }
            return fit.barycentre(
                problem.points, PointStatistics(masses: masses, statistics: statistics[index]), from: previous[index])
        }
    }

    /// Of a barycentre that is not closed, in one update: each lowers the objective.
    private static let newtonSteps = 2
}
