import Foundation
struct ProbeAggregator: Aggregator {
    let index: Int
    nonisolated(unsafe) static var cache: CandidateSearch.Outcome?
    var name: String { "probe\(index)" }
    var title: String { name }
    func reduce(_ problem: AggregationProblem) throws(AggregationError) -> ReducedMixture {
        if index == 0 {
            let reduction = TransportSearch(
                problem: problem.transport, mixture: problem.mixture, names: problem.names,
                expertCount: try problem.expertCount(), dispersionFloor: AggregationProblem.dispersionFloor,
                options: problem.options, parallelism: problem.parallelism
            ).best(problem.generator).reduction
            Self.cache = CandidateSearch(problem: problem, reduction: reduction).chosen()
        }
        let scored = Self.cache!.scores
        let i = min(index, scored.count - 1)
        let s = scored[i]
        let g = s.gain(over: scored[0])
        let chosen = s.candidate.construction == Self.cache!.best.candidate.construction
        FileHandle.standardError.write(
            Data(
                "PROBE \(index) of \(scored.count) \(chosen ? "*" : "")\(s.candidate.construction.text(.commandLine).replacingOccurrences(of: " ", with: "_")) \(s.mean) gain \(g.mean) se \(g.standardError) optimism \(problem.mixture.optimism)\n"
                    .utf8))
        return ReducedMixture(model: s.candidate.model, labels: s.candidate.labels, chosen: s.candidate.construction)
    }
}
