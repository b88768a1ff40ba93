import Foundation
struct ProbeAggregator: Aggregator {
    let index: Int
    var name: String { "probe\(index)" }
    var title: String { name }
    func reduce(_ problem: AggregationProblem) throws(AggregationError) -> ReducedMixture {
        let (scored, start) = try TransportAggregator.chosen.everything(problem)
        let i = min(index, scored.count - 1)
        let s = scored[i]
        let d = zip(s.logDensities, scored[0].logDensities).map(-)
        let m = d.reduce(0, +) / Double(d.count)
        let se = (d.reduce(0) { $0 + ($1 - m) * ($1 - m) } / Double(d.count) / Double(d.count)).squareRoot()
        FileHandle.standardError.write(
            Data(
                "PROBE \(index) of \(scored.count) \(s.candidate.construction.text(.commandLine).replacingOccurrences(of: " ", with: "_")) \(s.mean) gain \(m) se \(se) optimism \(problem.mixture.optimism)\n"
                    .utf8))
        _ = start
        return ReducedMixture(model: s.candidate.model, labels: s.candidate.labels, chosen: s.candidate.construction)
    }
}
