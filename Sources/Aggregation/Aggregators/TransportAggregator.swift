/// Reduction of f̂^W by optimal transport (paper, sections 3 and 4), as published and with what was added to it.
package struct TransportAggregator: Aggregator {
    /// How the global model is built from the grouped local experts.
    enum Construction: Sendable {
        /// As ``AggregationOptions`` say: one way, or the best of several on an independent Monte Carlo sample from f̂^W.
        case asOptioned
        /// A fit to draws from f̂^W.
        case distilled
    }

    package let name: String
    package let title: String
    let construction: Construction
    private let adjust: @Sendable (inout AggregationOptions) -> Void

    private init(
        _ name: String, _ title: String, _ construction: Construction = .asOptioned,
        _ adjust: @escaping @Sendable (inout AggregationOptions) -> Void
    ) {
        self.name = name
        self.title = title
        self.construction = construction
        self.adjust = adjust
    }

    package func settings(_ options: AggregationOptions) -> AggregationOptions {
        var result = options
        adjust(&result)
        return result
    }

    package func reduce(_ problem: AggregationProblem) throws(AggregationError) -> ReducedMixture {
        let (start, reduction) = TransportSearch(
            problem: problem.transport, mixture: problem.mixture, names: problem.names,
            expertCount: try problem.expertCount(), dispersionFloor: AggregationProblem.dispersionFloor,
            options: problem.options, parallelism: problem.parallelism
        ).best(problem.generator)
        var warnings = [AggregationWarning]()
        if !reduction.converged {
            warnings.append(.notConverged(iterations: problem.options.maxIterations))
        }
        let search = CandidateSearch(problem: problem, reduction: reduction)
        let outcome: CandidateSearch.Outcome
        switch construction {
        case .asOptioned: outcome = search.chosen()
        case .distilled:
            outcome = search.distilled()
            if outcome.best.candidate.construction != .distillation { warnings.append(.noDistillation) }
        }
        let best = outcome.best
        let scored = outcome.scores
        return ReducedMixture(
            model: best.candidate.model, labels: best.candidate.labels, chosen: best.candidate.construction,
            objectives: reduction.objectives, converged: reduction.converged, start: start,
            candidates: scored.map { AggregationReport.Candidate($0.candidate.construction, score: $0.mean) },
            warnings: warnings, selection: best.candidate.selection,
            errors: best.candidate.errors)
    }
}

/// From the published method to ours, one change at a time.
extension TransportAggregator {
    /// Weights that do not depend on x, experts from the support, gate from the plan.
    package static let published = TransportAggregator("published", "transport as published") {
        ($0.siteWeights, $0.expertSource, $0.gateTarget) = (.constant, .support, .plan)
    }

    package static let label = TransportAggregator("transport-label", "transport, gate by label") {
        ($0.siteWeights, $0.expertSource, $0.gateTarget) = (.constant, .support, .label)
    }

    package static let density = TransportAggregator("transport-density", "transport, weights by density") {
        ($0.siteWeights, $0.expertSource, $0.gateTarget) = (.density, .support, .label)
    }

    package static let statistics = TransportAggregator("transport-statistics", "transport, experts from statistics") {
        ($0.siteWeights, $0.expertSource, $0.gateTarget) = (.density, .statistics, .label)
    }

    package static let distilled = TransportAggregator("distillation", "transport, distilled", .distilled) {
        ($0.siteWeights, $0.expertSource, $0.gateTarget) = (.density, .statistics, .label)
    }

    /// The best of these on an independent Monte Carlo sample from f̂^W, or what the options name.
    package static let chosen = TransportAggregator("transport", "transport, the best of these") { _ in }
}
