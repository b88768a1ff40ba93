import Foundation

/// The number of experts of the global model by what each number reaches on an independent Monte Carlo sample from f̂^W.
extension Coordinator {
    /// Numbers that are tried after the best one without finding a better.
    private static let patience = 3

    /// The reduction with the best penalised score: mean log density on an independent Monte Carlo sample from f̂^W, less
    /// ½ p log(N) / N for p parameters and N rows of all sites, as if the score were a likelihood of their rows
    /// (Schwarz 1978).
    ///
    /// - Parameter expertCounts: tried in ascending order, until three, one after the other, bring nothing.
    /// - Throws: as a reduction does.
    func bestOf(
        _ expertCounts: ClosedRange<Int>, _ problem: AggregationProblem
    ) throws(AggregationError) -> (reduced: ReducedMixture, curve: [AggregationReport.ExpertCount]) {
        var problem = problem
        let draw = MonteCarloSample(problem.mixture, problem.source, problem.generator.split(6), parallelism)
        let weight = problem.contributions.reduce(0) { $0 + $1.fitted.weight }
        var best: (reduced: ReducedMixture, penalised: Double)?
        var curve = [AggregationReport.ExpertCount]()
        var sinceBest = 0
        for count in expertCounts where count <= problem.mixture.regressions.count && sinceBest < Self.patience {
            problem.options.expertCount = count
            let reduced = try aggregator.reduce(problem)
            let reached = reduced.model.regressionCount
            if curve.contains(where: { $0.experts == reached }) {
                // The method gives what it gives, whatever is asked.
                sinceBest += 1
                continue
            }
            let score = draw.mean(reduced.model)
            let penalised = score - 0.5 * Double(reduced.model.parameterCount) * log(weight) / weight
            curve.append(AggregationReport.ExpertCount(experts: reached, score: score, penalised: penalised))
            if penalised > best?.penalised ?? -.infinity {
                best = (reduced, penalised)
                sinceBest = 0
            } else {
                sinceBest += 1
            }
        }
        guard let best else {
            throw .tooManyExperts(asked: expertCounts.lowerBound, components: problem.mixture.regressions.count)
        }
        return (best.reduced, curve)
    }
}
