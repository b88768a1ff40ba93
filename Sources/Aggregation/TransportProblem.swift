import LinearAlgebra
import MixtureOfExperts

/// The transportation problem between the components of f̂^W and the experts of the reduction, on a support.
///
/// minimise Σ_s w_s Σ_l Σ_k P_lk(x_s) KL(φ_l(· | x_s) ‖ φ_k(· | x_s)) / Σ_s w_s over the plan P and the experts k,
/// subject to Σ_k P_lk(x_s) = mass_l(x_s) (paper, section 3). The reduction's gate is free, so every component sends
/// all of its mass to the nearest expert.
package struct TransportProblem: Sendable {
    let design: Design
    let family: any ExpertFamily
    /// Points x covariates.
    package let points: Matrix
    /// Mass of component l at point s, the weight of the point included; points x components. Sums to 1.
    package let masses: Matrix
    /// Points x components.
    package let predictors: Matrix
    package let dispersions: [Double]

    package init(_ mixture: LocalMixture, support: SupportSample) {
        var masses = mixture.masses(support.points)
        let total = support.weights.reduce(0, +)
        for column in 0..<masses.columnCount {
            for row in 0..<masses.rowCount { masses[row, column] *= support.weights[row] / total }
        }
        self.init(
            design: mixture.design, family: mixture.family, points: support.points, masses: masses,
            predictors: mixture.predictors(support.points),
            dispersions: mixture.components.map(\.expert.dispersion))
    }

    package init(
        design: Design, family: any ExpertFamily, points: Matrix, masses: Matrix, predictors: Matrix,
        dispersions: [Double]
    ) {
        self.design = design
        self.family = family
        self.points = points
        self.masses = masses
        self.predictors = predictors
        self.dispersions = dispersions
    }

    var pointCount: Int { points.rowCount }
    var componentCount: Int { dispersions.count }

    /// The problem on the first points of an evenly spaced choice of `count`.
    func thinned(to count: Int) -> TransportProblem {
        guard count < pointCount else { return self }
        let rows = (0..<count).map { $0 * pointCount / count }
        var masses = masses.rows(rows)
        let total = masses.storage.reduce(0, +)
        guard total > 0 else { return self }
        for index in masses.storage.indices { masses.storage[index] /= total }
        return TransportProblem(
            design: design, family: family, points: points.rows(rows), masses: masses,
            predictors: predictors.rows(rows),
            dispersions: dispersions)
    }

    /// Linear predictors of candidate experts; points x experts.
    package func predictors(of experts: [Expert]) -> Matrix {
        MixtureModel(
            design: design, family: family,
            gate: SoftmaxGate(expertCount: experts.count, covariateCount: design.gateCovariates.count),
            experts: experts
        ).predictors(points)
    }

    /// Calls `body(expert, divergences)` for each expert, with KL(component ‖ expert) at every point.
    func forEachDivergence(
        of component: Int, to experts: [Expert], predictors targets: Matrix,
        _ body: (_ expert: Int, _ divergences: UnsafePointer<Double>) -> Void
    ) {
        let count = pointCount
        withUnsafeTemporaryAllocation(of: Double.self, capacity: max(count, 1)) { buffer in
            guard let result = buffer.baseAddress else { return }
            predictors.storage.withUnsafeBufferPointer { sources in
                targets.storage.withUnsafeBufferPointer { targets in
                    guard let source = sources.baseAddress, let target = targets.baseAddress else { return }
                    for (index, expert) in experts.enumerated() {
                        family.divergences(
                            from: source + component * count, fromDispersion: dispersions[component],
                            to: target + index * count, toDispersion: expert.dispersion, count: count, into: result)
                        body(index, UnsafePointer(result))
                    }
                }
            }
        }
    }

    /// Σ_s mass_l(s) KL(l ‖ k)(s); components x experts.
    func expectedDivergences(to experts: [Expert]) -> Matrix {
        let targets = predictors(of: experts)
        var result = Matrix(rowCount: componentCount, columnCount: experts.count)
        for component in 0..<componentCount {
            let offset = component * pointCount
            forEachDivergence(of: component, to: experts, predictors: targets) { expert, divergences in
                var sum = 0.0
                for point in 0..<pointCount { sum += masses.storage[offset + point] * divergences[point] }
                result[component, expert] = sum
            }
        }
        return result
    }

    /// The expert of least expected divergence for each component.
    package func labels(for experts: [Expert]) -> [Int] {
        let costs = expectedDivergences(to: experts)
        return (0..<componentCount).map { component in
            experts.indices.min { costs[component, $0] < costs[component, $1] } ?? 0
        }
    }
}
