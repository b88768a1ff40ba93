import LinearAlgebra
import MixtureOfExperts

/// The optimal plan for given experts, summed over the components: all that the next experts depend on.
package struct TransportPlan {
    /// Σ_s Σ_lk P_lk(x_s) KL(l ‖ k)(x_s).
    package private(set) var objective = 0.0
    /// Σ_l P_lk(x_s); points x experts.
    package private(set) var masses: Matrix
    /// Barycentre of the means sent to k at x_s; points x experts.
    private var means: Matrix
    /// Σ_s Σ_l P_lk (dispersion of l), and of the squared distance of the means from their barycentre.
    private var dispersionSums: [Double]
    private var spreadSums: [Double]

    private static let lanes = RowBlock.capacity

    package init(_ problem: TransportProblem, experts: [Expert]) {
        let sums = problem.parallelism.map(count: problem.blockMasses.blocks.count) { index in
            BlockPlan(problem, block: index, experts: experts)
        }
        masses = Matrix(rowCount: problem.pointCount, columnCount: experts.count)
        means = masses
        dispersionSums = [Double](repeating: 0, count: experts.count)
        spreadSums = dispersionSums
        for (index, block) in sums.enumerated() {
            add(block, from: index * Self.lanes, count: min(Self.lanes, problem.pointCount - index * Self.lanes))
        }
    }

    /// The plan on one block of points.
    private struct BlockPlan {
        /// mass · divergence; [lane].
        var objective = [Double](repeating: 0, count: lanes)
        /// Mass, mass · mean, mass · mean², mass · dispersion of what each expert receives; [expert][…][lane].
        var received: [Double]

        init(_ problem: TransportProblem, block index: Int, experts: [Expert]) {
            received = [Double](repeating: 0, count: 4 * experts.count * lanes)
            let means = BlockValues(1)
            received.withUnsafeMutableBufferPointer { received in
                objective.withUnsafeMutableBufferPointer { objective in
                    problem.forEachComponent(onBlock: index, to: experts) { block, divergences in
                        problem.family.means(predictors: divergences.predictors, count: lanes, into: means.pointer)
                        block.addToNearest(
                            costs: divergences.costs, count: experts.count, masses: divergences.masses,
                            means: means.pointer, dispersion: problem.components[divergences.component].dispersion,
                            sums: received.baseAddress!, objective: objective.baseAddress!)
                    }
                }
            }
        }
    }

    private mutating func add(_ block: BlockPlan, from start: Int, count: Int) {
        objective += block.objective[..<count].reduce(0, +)
        for expert in dispersionSums.indices {
            let first = 4 * expert * Self.lanes
            for lane in 0..<count {
                let mass = block.received[first + lane]
                guard mass > 0 else { continue }
                let mean = block.received[first + Self.lanes + lane] / mass
                masses[start + lane, expert] = mass
                means[start + lane, expert] = mean
                spreadSums[expert] += max(0, block.received[first + 2 * Self.lanes + lane] - mass * mean * mean)
                dispersionSums[expert] += block.received[first + 3 * Self.lanes + lane]
            }
        }
    }

    /// The experts that minimise the objective for this plan: weighted fits to the barycentres of the means (paper,
    /// section 4 and appendix B). An expert that received no mass stays.
    func barycentres(_ problem: TransportProblem, previous: [Expert]) -> [Expert] {
        problem.parallelism.map(count: previous.count) { index in
            let rows = ShardRows(covariates: problem.points, responses: Array(means.column(index)))
            let factors = Matrix(
                rowCount: problem.pointCount, columnCount: 1, storage: Array(masses.column(index)))
            let moments = rows.moments(factors: factors)[0]
            guard moments.weight > 1e-12 else { return previous[index] }
            var expert = problem.family.fit(moments, on: problem.design.expertCovariates, dispersionFloor: 0)
            let residual = moments.meanSquaredResidual(
                of: expert.coefficients, on: problem.design.expertCovariates)
            expert.dispersion = problem.family.barycentreDispersion(
                meanDispersion: dispersionSums[index] / moments.weight,
                meanSquaredDifference: spreadSums[index] / moments.weight + residual)
            return expert
        }
    }
}
