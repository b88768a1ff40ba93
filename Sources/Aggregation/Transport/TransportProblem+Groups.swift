import MixtureOfExperts
import Numerics

/// What the support shows of components and of groups of experts.
extension TransportProblem {
    private static let lanes = RowBlock.capacity

    /// The transportation divergence per point to these experts, the plan free.
    func objective(_ experts: [Expert]) -> Double { TransportPlan(self, experts: experts).objective }

    /// Each component as what it stands for on the support, weighted by its mass in `rows` that all of f̂^W stands for.
    func componentsOnSupport(rows: Double) -> [GreedyMerging.Group] {
        parallelism.map(count: componentCount) { component in
            let expert = components[component]
            let model = MixtureModel(design: design, family: family, ungated: [expert])
            let predictors = model.predictors(points)
            let points = ShardRows(
                covariates: points, responses: (0..<pointCount).map { family.mean(predictors.row($0)) },
                weights: (0..<pointCount).map { rows * blockMasses[$0, component] })
            let statistics = model.statistics(of: points, level: .expectationMaximization)
            let moments = statistics.expertMoments[0]
            guard family is any ClosedFormFamily else {
                return GreedyMerging.Group(
                    members: [component], expert: expert, moments: moments,
                    information: statistics.expertInformation(0, design.expertPositions))
            }
            return GreedyMerging.Group(
                members: [component], expert: expert, moments: moments,
                dispersion: moments.weight * expert.dispersion)
        }
    }

    /// Σ_s mass_l(s) for each component, and Σ_s mass_l(s) min_{k in group} KL(l ‖ k)(s) for each group of experts;
    /// components x groups.
    func nearestDivergences(to groups: [[Expert]]) -> (masses: [Double], sums: Matrix) {
        let experts = groups.flatMap { $0 }
        let starts = groups.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
        let width = groups.count + 1
        let none = [Double](repeating: 0, count: componentCount * width)
        let prepared = PreparedDivergences(self, to: experts)
        let sums = parallelism.reduce(count: blockMasses.blocks.count, into: none) { index in
            var sums = none
            forEachComponent(onBlock: index, to: experts, prepared) { _, divergences in
                let first = divergences.component * width
                for lane in 0..<Self.lanes {
                    let mass = divergences.masses[lane]
                    guard mass > 0 else { continue }
                    sums[first] += mass
                    for group in groups.indices {
                        var least = Double.infinity
                        for expert in starts[group]..<starts[group + 1] {
                            least = min(least, divergences.costs[expert * Self.lanes + lane])
                        }
                        sums[first + 1 + group] += mass * least
                    }
                }
            }
            return sums
        } merge: {
            $0.add($1)
        }
        var result = Matrix(rowCount: componentCount, columnCount: groups.count)
        for component in 0..<componentCount {
            for group in groups.indices { result[component, group] = sums[component * width + 1 + group] }
        }
        return ((0..<componentCount).map { sums[$0 * width] }, result)
    }
}
