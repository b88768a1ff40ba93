import MixtureOfExperts
import Numerics

/// All ways of building the global model from one set of local models.
///
/// Which of them is the best is not known beforehand: with sites that agree the grouped statistics are the pooled fit, with sites that
/// differ the experts of another construction may be nearer to the pooled population by far.
struct CandidateSearch {
    let problem: AggregationProblem
    /// The transportation problem's best optimum.
    let reduction: TransportReduction

    private var builder: Reduction {
        Reduction(
            mixture: problem.mixture, problem: problem.transport, options: problem.options,
            dispersionFloor: AggregationProblem.dispersionFloor)
    }

    /// From the sums of the local statistics, the one to keep in doubt first.
    func fromStatistics() -> [Reduction.Candidate] { builder.candidates(reduction.experts) }

    /// Those that need no draw from f̂^W, of the number of experts wanted; what a method refuses is left out.
    func others(expertCount: Int) -> [Reduction.Candidate] {
        var methods: [(aggregator: any Aggregator, problem: AggregationProblem)] = [
            (TransportAggregator.published, problem.changed(TransportAggregator.published.settings(problem.options))),
            (GreedyAggregator(), problem), (MedoidAggregator(), problem), (BestLocalAggregator(), problem),
        ]
        if problem.mixture.sites.count > 1 { methods.append((AlignedAverageAggregator(), problem)) }
        let made = methods.compactMap { method in try? candidate(of: method.aggregator, method.problem) }
        return (fromSupport() + made).filter { $0.model.expertCount == expertCount }
    }

    /// Experts as weighted fits on the support, both gates.
    private func fromSupport() -> [Reduction.Candidate] {
        var options = problem.options
        options.expertSource = .support
        return Reduction(
            mixture: problem.mixture, problem: problem.transport, options: options,
            dispersionFloor: AggregationProblem.dispersionFloor
        ).candidates(reduction.experts)
    }

    private func candidate(
        of aggregator: any Aggregator, _ problem: AggregationProblem
    ) throws(AggregationError) -> Reduction.Candidate {
        let reduced = try aggregator.reduce(problem)
        return Reduction.Candidate(
            construction: reduced.chosen, model: reduced.model, labels: reduced.labels, selection: reduced.selection,
            errors: reduced.errors)
    }
}
