import MixtureOfExperts
import Numerics

/// A reduced mixture made again from other estimates of its sites, in the way in which it was made.
///
/// The labels of the local experts are held where the way allows it: which of them stands for which is taken as known.
struct RebuiltMixture {
    private let reduced: ReducedMixture

    /// The search for an optimum begins at the one that is known.
    private static let (tolerance, iterations) = (1e-4, 10)

    /// - Throws: why there is no way.
    init(_ reduced: ReducedMixture) throws(StandardErrorObstacle) {
        // Zeros that were chosen are no estimates.
        guard reduced.selection == nil else { throw .chosenSlopes }
        guard reduced.errors == .statistics else { throw .modelOfOneSite }
        self.reduced = reduced
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
        guard let (model, own) = made(problem), model.expertCount == reduced.model.expertCount else { return nil }
        let weights = problem.mixture.components.map(\.moments.weight)
        var costs = Matrix(rowCount: model.expertCount, columnCount: model.expertCount)
        for (component, (held, found)) in zip(labels, own).enumerated() {
            costs[held, found] -= weights[component]
        }
        return model.reordered(LinearAssignment(costs).columns)
    }

    /// With labels of its own.
    private func made(_ problem: AggregationProblem) -> (model: MixtureModel, labels: [Int])? {
        let aggregator: any Aggregator
        switch reduced.chosen {
        // The site that the others are aligned to may be another one.
        case .alignedAverage: aggregator = AlignedAverageAggregator()
        case .average: aggregator = ParameterAverageAggregator()
        case .greedyMerging: aggregator = GreedyAggregator()
        case .gate, .support, .distillation, .localModel:
            let reduction = TransportReduction.run(
                problem.transport, from: reduced.model.experts, tolerance: Self.tolerance,
                maxIterations: Self.iterations)
            return CandidateBuilder(problem: problem, reduction: reduction)
                .candidates([reduced.chosen], distillingFrom: reduced.model).first.map { ($0.model, $0.labels) }
        }
        return (try? aggregator.reduce(problem)).map { ($0.model, $0.labels) }
    }
}
