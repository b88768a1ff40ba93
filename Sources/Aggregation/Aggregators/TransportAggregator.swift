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
        let builder = Reduction(
            mixture: problem.mixture, problem: problem.transport, options: problem.options,
            dispersionFloor: AggregationProblem.dispersionFloor)
        var warnings = [AggregationWarning]()
        if !reduction.converged {
            warnings.append(.notConverged(iterations: problem.options.maxIterations))
        }
        let draw = MonteCarloSample(problem.mixture, problem.source, problem.generator.split(2), problem.parallelism)
        let scored: [MonteCarloSample.Score]
        switch construction {
        case .asOptioned: scored = candidates(reduction, builder, problem, draw)
        case .distilled:
            let first = builder.candidates(reduction.experts).map { draw.score($0) }
            let distilled = distillation(from: first[0].candidate, builder, problem)
            if distilled == nil { warnings.append(.noDistillation) }
            scored = distilled.map { [draw.score($0)] } ?? first
        }
        let best = MonteCarloSample.choice(scored)
        return ReducedMixture(
            model: best.candidate.model, labels: best.candidate.labels, chosen: best.candidate.construction,
            objectives: reduction.objectives, converged: reduction.converged, start: start,
            candidates: scored.map { AggregationReport.Candidate($0.candidate.construction, score: $0.mean) },
            warnings: warnings, selection: best.candidate.selection,
            errors: best.candidate.errors)
    }

    /// The ways of building the global model, the first the one to keep in doubt, with their log densities on a fresh
    /// draw.
    ///
    /// Where the options name gate or experts there is nothing to choose.
    private func candidates(
        _ reduction: TransportReduction, _ builder: Reduction, _ problem: AggregationProblem, _ draw: MonteCarloSample
    ) -> [MonteCarloSample.Score] {
        var scores = builder.candidates(reduction.experts).map { draw.score($0) }
        guard problem.options.gateTarget == nil, problem.options.expertSource == .statistics else { return scores }
        // A fit to draws has no slope of 0.
        if builder.isClear(scores[0].candidate.labels) || scores[0].candidate.selection != nil { return scores }
        // Where the experts are those of the sites nothing is to be gained, and a fit would look for more than there are.
        if let divergence = reduction.objectives.last, divergence < Self.negligibleDivergence { return scores }
        guard let distilled = distillation(from: MonteCarloSample.choice(scores).candidate, builder, problem) else {
            return scores
        }
        scores += builder.candidates(distilled.model.experts, afterDistillation: true).map { draw.score($0) }
        scores.append(draw.score(distilled, handicap: problem.mixture.optimism))
        return scores
    }

    /// Nats per support point.
    private static let negligibleDivergence = 1e-6

    private func distillation(
        from start: Reduction.Candidate, _ builder: Reduction, _ problem: AggregationProblem
    ) -> Reduction.Candidate? {
        Distillation.model(
            builder.mixture, source: problem.source, supportSize: builder.problem.pointCount, start: start.model,
            options: problem.options, parallelism: problem.parallelism, problem.generator.split(3)
        ).map {
            Reduction.Candidate(
                construction: .distillation, model: $0, labels: builder.problem.labels(for: $0.experts))
        }
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
