import MixtureOfExperts
import Numerics

/// The choice among candidates for the global model.
///
/// The score of a candidate is its mean log density on an independent Monte Carlo sample from f̂^W. f̂^W errs by what the local models
/// err by, and a candidate that follows it closely takes over these errors, which sums of the local statistics cancel: its score is too
/// good. How much, the parametric bootstrap says: the parameters of the sites are drawn anew from their uncertainty, all candidates that
/// are ahead are built again, and scored under the f̂^W that was not drawn anew, which stands in the place of the truth.
struct CandidateChoice {
    let problem: AggregationProblem
    let sample: MonteCarloSample
    let reduction: TransportReduction
    /// What f̂^W was fitted to draws with.
    let distilled: MixtureModel?

    private static let redraws = 20
    /// Made at a time.
    private static let batch = 5
    /// Standard errors of a gain below which nothing was gained.
    private static let leastGain = 2.0
    /// Of all gains, beyond which further redraws would change nothing.
    private static let clearGain = 4.0
    private static let mostContenders = 4
    /// The reduction of a redraw begins at that of the sites: what is left after so little is far below the scores' errors.
    private static func solving(_ options: AggregationOptions) -> AggregationOptions {
        var result = options
        (result.tolerance, result.maxIterations) = (1e-4, 10)
        return result
    }

    /// The best candidate; the first unless another gains more than two standard errors of its gain over the redraws.
    ///
    /// - Parameter scores: the candidate to keep in doubt first.
    func best(of scores: [MonteCarloSample.Score]) -> MonteCarloSample.Score {
        let ahead = scores.dropFirst().filter { $0.gain(over: scores[0]).isClear(Self.leastGain) }
            .enumerated().sorted { ($0.element.mean, $1.offset) > ($1.element.mean, $0.offset) }
            .prefix(Self.mostContenders).map(\.element)
        guard !ahead.isEmpty else { return scores[0] }
        var best = (score: scores[0], gain: 0.0)
        for (score, gain) in zip(ahead, gains(scores[0], ahead))
        where gain.isClear(Self.leastGain) && gain.mean > best.gain {
            best = (score, gain.mean)
        }
        return best.score
    }

    /// Of each candidate ahead, over the redraws.
    private func gains(_ first: MonteCarloSample.Score, _ ahead: [MonteCarloSample.Score]) -> [MonteCarloGain] {
        let constructions = ([first] + ahead).map(\.candidate.construction)
        let redraws = ParameterRedraws(problem.serial)
        var random = problem.generator.split(7)
        var gains = ahead.map { _ in [Double]() }
        for _ in 0..<Self.redraws / Self.batch {
            let redrawn = (0..<Self.batch).map { _ in redraws.problem(Self.solving(problem.options), using: &random) }
            let open = gains.indices.filter { !MonteCarloGain(gains[$0]).isClearLoss(Self.clearGain) }
            let built = [constructions[0]] + open.map { constructions[$0 + 1] }
            let scores = problem.parallelism.map(count: Self.batch) { self.scores(built, redrawn[$0]) }
            for scores in scores {
                guard let base = scores[0] else { continue }
                // What cannot be built from other draws of the same sites is not relied on.
                for (index, score) in zip(open, scores.dropFirst()) {
                    gains[index].append(score.map { $0 - base } ?? -.infinity)
                }
            }
            if gains.allSatisfy({ MonteCarloGain($0).isClearEitherWay(Self.clearGain) }) { break }
        }
        return gains.map(MonteCarloGain.init)
    }

    /// Of the candidates that are built in these ways from redrawn sites; nil for one that cannot be built.
    private func scores(_ constructions: [GlobalConstruction], _ redrawn: AggregationProblem) -> [Double?] {
        let builder = CandidateBuilder(
            problem: redrawn, reduction: reduction.again(on: redrawn))
        let built = builder.candidates(constructions, distillingFrom: distilled)
        return constructions.map { construction in
            built.first { $0.construction == construction }.map { sample.mean($0.model) }
        }
    }
}
