import MixtureOfExperts
import Numerics

/// A reduced mixture made again from other estimates of its sites, in the way in which it was made.
///
/// The labels of the local experts are held where the way allows it: which of them stands for which is taken as known.
struct RebuiltMixture {
    let reduced: ReducedMixture
    let options: AggregationOptions

    /// The search for an optimum begins at the one that is known.
    private static let (tolerance, iterations) = (1e-4, 10)

    /// nil where there is no way: zeros that were chosen are no estimates, and the model of one site is not made of several.
    init?(_ reduced: ReducedMixture, _ problem: AggregationProblem) {
        guard reduced.selection == nil, reduced.errors == .statistics else { return nil }
        self.reduced = reduced
        options = problem.options
    }

    /// - Parameters:
    ///   - problem: of the same sites with other parameters, or without some of them.
    ///   - labels: of its components.
    /// - Returns: the experts in the order of the reduced mixture; nil where they cannot be combined.
    func model(of problem: AggregationProblem, labels: [Int]) -> MixtureModel? {
        var options = problem.options
        (options.tolerance, options.maxIterations) = (Self.tolerance, Self.iterations)
        let problem = problem.changed(options)
        guard case .gate(let target, _) = reduced.chosen else { return other(problem, labels) }
        let sums = RobustExperts(
            problem.mixture, labels, dispersionFloor: AggregationProblem.dispersionFloor, problem.parallelism)
        let experts = sums.refined(sums.fitted(from: reduced.model.experts))
        let gate = Reduction(
            mixture: problem.mixture, problem: problem.transport, options: options,
            dispersionFloor: AggregationProblem.dispersionFloor
        ).gate(target, experts: experts, labels: labels, from: reduced.model.gate)
        return MixtureModel(
            design: reduced.model.design, family: reduced.model.family, gate: gate, experts: experts)
    }

    private func other(_ problem: AggregationProblem, _ labels: [Int]) -> MixtureModel? {
        let reduction = TransportReduction.run(
            problem.transport, from: reduced.model.experts, tolerance: Self.tolerance, maxIterations: Self.iterations)
        let built = CandidateBuilder(problem: problem, reduction: reduction)
            .candidates([reduced.chosen], distillingFrom: reduced.model)
        // The site that others are aligned to need not be there, or be the same.
        guard let candidate = built.first, candidate.model.expertCount == reduced.model.expertCount else { return nil }
        let weights = problem.mixture.components.map(\.moments.weight)
        var costs = Matrix(rowCount: reduced.model.expertCount, columnCount: reduced.model.expertCount)
        for (component, (own, other)) in zip(labels, candidate.labels).enumerated() {
            costs[own, other] -= weights[component]
        }
        return candidate.model.reordered(LinearAssignment(costs).columns)
    }
}
