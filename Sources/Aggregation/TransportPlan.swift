import LinearAlgebra
import MixtureOfExperts

/// The optimal plan for given experts, summed over the components: all that the next experts depend on.
package struct TransportPlan {
    /// Σ_s Σ_lk P_lk(x_s) KL(l ‖ k)(x_s).
    package let objective: Double
    /// Σ_l P_lk(x_s); points x experts.
    package let masses: Matrix
    /// Barycentre of the means sent to k at x_s; points x experts.
    private let means: Matrix
    /// Σ_s Σ_l P_lk (dispersion of l), and of the squared distance of the means from their barycentre.
    private let dispersionSums: [Double]
    private let spreadSums: [Double]

    package init(_ problem: TransportProblem, experts: [Expert]) {
        let count = problem.pointCount
        let targets = problem.predictors(of: experts)
        var masses = Matrix(rowCount: count, columnCount: experts.count)
        var means = masses
        var squares = masses
        var dispersionSums = [Double](repeating: 0, count: experts.count)
        var objective = 0.0
        var cost = [Double](repeating: 0, count: count)
        var nearest = [Int](repeating: 0, count: count)
        for component in 0..<problem.componentCount {
            problem.forEachDivergence(of: component, to: experts, predictors: targets) { expert, divergences in
                for point in 0..<count where expert == 0 || divergences[point] < cost[point] {
                    cost[point] = divergences[point]
                    nearest[point] = expert
                }
            }
            let offset = component * count
            for point in 0..<count {
                let mass = problem.masses.storage[offset + point]
                let mean = problem.family.mean(predictor: problem.predictors.storage[offset + point])
                let target = nearest[point] * count + point
                objective += mass * cost[point]
                masses.storage[target] += mass
                means.storage[target] += mass * mean
                squares.storage[target] += mass * mean * mean
                dispersionSums[nearest[point]] += mass * problem.dispersions[component]
            }
        }
        var spreadSums = [Double](repeating: 0, count: experts.count)
        for expert in experts.indices {
            for index in expert * count..<(expert + 1) * count where masses.storage[index] > 0 {
                means.storage[index] /= masses.storage[index]
                let mean = means.storage[index]
                spreadSums[expert] += max(0, squares.storage[index] - masses.storage[index] * mean * mean)
            }
        }
        self.objective = objective
        self.masses = masses
        self.means = means
        self.dispersionSums = dispersionSums
        self.spreadSums = spreadSums
    }

    /// The experts that minimise the objective for this plan: weighted fits to the barycentres of the means (paper,
    /// section 4 and appendix B). An expert that received no mass stays.
    func barycentres(_ problem: TransportProblem, previous: [Expert]) -> [Expert] {
        previous.indices.map { index in
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
