import MixtureOfExperts
import Numerics

/// Builds the global model of one problem in any of the ways there are.
///
/// Which of them is the best is not known beforehand: where sites agree the sums of their statistics are the pooled fit, where they
/// differ another construction may be nearer to the pooled population by far.
struct CandidateBuilder {
    let problem: AggregationProblem
    /// An optimum of the transportation problem.
    let reduction: TransportReduction

    private static let largestNumberOfLocalModels = 12

    /// The ways that need no draw from f̂^W, the one to keep in doubt first.
    func constructions() -> [GlobalConstruction] {
        let mixture = problem.mixture
        let medoid = SiteDivergences(problem).medoid(weights: mixture.sites.map(\.weight))
        let usable = mixture.sites.indices.filter { site in
            let experts = mixture.sites[site].model.experts
            return experts.count == reduction.experts.count
                && experts.map(\.fixed) == reduction.experts.map(\.fixed)
        }
        let largest = usable.sorted { (mixture.sites[$0].weight, $1) > (mixture.sites[$1].weight, $0) }
            .prefix(Self.largestNumberOfLocalModels)
        var result: [GlobalConstruction] = GateTarget.allCases.map { .gate(target: $0, afterDistillation: false) }
        result += GateTarget.allCases.map { .support(target: $0, siteWeights: problem.options.siteWeights) }
        if problem.options.siteWeights != .constant { result.append(.support(target: .plan, siteWeights: .constant)) }
        result.append(.greedyMerging)
        if usable.count == mixture.sites.count, usable.count > 1 {
            result.append(.alignedAverage(site: problem.names[medoid]))
        }
        let local = usable.filter { largest.contains($0) || $0 == medoid }
        return result + local.map { .localModel(site: problem.names[$0]) }
    }

    /// - Parameter start: of the fit to draws from f̂^W.
    /// - Returns: without those that the local models cannot be combined by.
    func candidates(_ constructions: [GlobalConstruction], distillingFrom start: MixtureModel? = nil)
        -> [Reduction.Candidate]
    {
        let needsDraws = constructions.contains { $0 == .distillation || $0.isAfterDistillation }
        let distilled = needsDraws ? start.flatMap { distillation(from: $0, searches: false) } : nil
        var result = [Reduction.Candidate]()
        for construction in constructions where !result.contains(where: { $0.construction == construction }) {
            // Gates by label and by plan share their experts.
            result += candidates(construction, distilled).filter { constructions.contains($0.construction) }
        }
        return result
    }

    /// What the options name: gates by label and by plan where they leave it open.
    func asOptioned() -> [Reduction.Candidate] { reduction(problem).candidates(reduction.experts) }

    /// Experts grouped anew around those of a fit to draws.
    func regrouped(_ distilled: MixtureModel) -> [Reduction.Candidate] {
        reduction(problem).candidates(distilled.experts, afterDistillation: true)
    }

    private func candidates(
        _ construction: GlobalConstruction, _ distilled: Reduction.Candidate?
    ) -> [Reduction.Candidate] {
        switch construction {
        case .gate(_, afterDistillation: false): return asOptioned()
        case .gate(_, afterDistillation: true): return distilled.map { regrouped($0.model) } ?? []
        case .support(_, let weights): return onSupport(weights)
        case .distillation: return distilled.map { [$0] } ?? []
        case .localModel(let name): return problem.names.firstIndex(of: name).map { [.local($0, problem)] } ?? []
        case .alignedAverage: return candidate(of: AlignedAverageAggregator())
        case .average: return candidate(of: ParameterAverageAggregator())
        case .greedyMerging: return candidate(of: GreedyAggregator())
        }
    }

    private func onSupport(_ weights: AggregationOptions.SiteWeights) -> [Reduction.Candidate] {
        var options = problem.options
        (options.expertSource, options.siteWeights) = (.support, weights)
        let changed = problem.changed(options)
        guard weights != problem.options.siteWeights else { return reduction(changed).candidates(reduction.experts) }
        let own = TransportReduction.run(
            changed.transport, from: reduction.experts, tolerance: options.tolerance,
            maxIterations: options.maxIterations)
        return reduction(changed).candidates(own.experts)
    }

    private func candidate(of aggregator: any Aggregator) -> [Reduction.Candidate] {
        guard let reduced = try? aggregator.reduce(problem) else { return [] }
        return [
            Reduction.Candidate(
                construction: reduced.chosen, model: reduced.model, labels: reduced.labels,
                selection: reduced.selection, errors: reduced.errors)
        ]
    }

    private func reduction(_ problem: AggregationProblem) -> Reduction {
        Reduction(
            mixture: problem.mixture, problem: problem.transport, options: problem.options,
            dispersionFloor: AggregationProblem.dispersionFloor)
    }

    /// A fit to draws from f̂^W.
    ///
    /// - Parameters:
    ///   - start: one start among others, where it searches; else the only one.
    /// - Returns: nil where the draws cannot be fitted.
    func distillation(from start: MixtureModel, searches: Bool) -> Reduction.Candidate? {
        Distillation.model(
            problem.mixture, source: problem.source, supportSize: problem.transport.pointCount,
            rows: problem.contributions.reduce(0) { $0 + $1.fitted.rowCount }, start: start,
            searches: searches, options: problem.options, parallelism: problem.parallelism, problem.generator.split(3)
        ).map { model, labels in
            let nearest = problem.transport.labels(for: model.experts)
            return Reduction.Candidate(
                construction: .distillation, model: model, labels: zip(labels, nearest).map { $0 ?? $1 })
        }
    }
}

extension Reduction.Candidate {
    /// The local model of a site as it is.
    static func local(_ site: Int, _ problem: AggregationProblem) -> Reduction.Candidate {
        let local = problem.mixture.sites[site]
        return Reduction.Candidate(
            construction: .localModel(site: problem.names[site]), model: local.model,
            labels: problem.transport.labels(for: local.model.experts), selection: local.selection,
            errors: .site(site))
    }
}
