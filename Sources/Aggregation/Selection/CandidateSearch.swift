import MixtureOfExperts
import Numerics

/// Candidates for the global model, scored on an independent Monte Carlo sample from f̂^W, and the best of them.
struct CandidateSearch {
    let problem: AggregationProblem
    let reduction: TransportReduction
    private let sample: MonteCarloSample
    private let builder: CandidateBuilder

    struct Outcome {
        var best: MonteCarloSample.Score
        /// The candidate to keep in doubt first.
        var scores: [MonteCarloSample.Score]
    }

    /// Nats per row that nobody looks for: of small sites f̂^W says too much of its own rows by far more, and what of that is real only the
    /// redraws tell.
    private static let negligibleGain = 0.005
    /// Nats per support point below which the experts are those of the sites.
    private static let negligibleDivergence = 1e-6

    init(problem: AggregationProblem, reduction: TransportReduction) {
        self.problem = problem
        self.reduction = reduction
        sample = MonteCarloSample(problem.mixture, problem.source, problem.generator.split(2), problem.parallelism)
        builder = CandidateBuilder(problem: problem, reduction: reduction)
    }

    /// What the options name; where they leave it open, the best of all.
    func chosen() -> Outcome {
        let first = firstScores()
        let isOpen = problem.options.leavesConstructionOpen
        // One expert from the sums of all statistics is the pooled fit.
        if isOpen, reduction.experts.count == 1 { return Outcome(best: first[0], scores: [first[0]]) }
        // Other constructions have no slope of 0; and where the experts are those of the sites nothing is to be gained.
        let isSettled = (reduction.objectives.last ?? 0) < Self.negligibleDivergence || isAsGoodAsTheAverage(first[0])
        let scores = isOpen && first[0].candidate.selection == nil && !isSettled ? first + others(first) : first
        let start = scores.first { $0.candidate.construction == .distillation }?.candidate.model
        let choice = CandidateChoice(problem: problem, sample: sample, reduction: reduction, distilled: start)
        return Outcome(best: choice.best(of: scores), scores: scores)
    }

    /// Whether f̂^W gains no more than what it says too much of its own rows, and the model of each site on these no more than chance explains.
    ///
    /// With the densities that the draws come from no candidate can be better than f̂^W. The densities that weight the sites are others: a
    /// candidate that is better than it shows that, and so do sites that differ by more than their errors. Of sites that do not, each is
    /// ahead on its own draws by half a parameter for each that it has, in the mean; twice as much is beyond chance.
    private func isAsGoodAsTheAverage(_ score: MonteCarloSample.Score) -> Bool {
        let optimism = problem.mixture.optimism
        let gain = sample.gain(ofAverage: problem.mixture, over: score.logDensities)
        let own = sample.gainOfOwnSites(over: score.logDensities)
        return abs(gain.mean) < min(optimism, Self.negligibleGain) + 2 * gain.standardError
            && own.mean < 2 * (optimism + own.standardError)
    }

    /// A fit to draws from f̂^W; where that is not possible, gate by label.
    func distilled() -> Outcome {
        let first = firstScores()
        guard let distilled = builder.distillation(from: first[0].candidate.model, searches: true) else {
            return Outcome(best: first[0], scores: first)
        }
        let score = sample.score(distilled)
        return Outcome(best: score, scores: [score])
    }

    private func firstScores() -> [MonteCarloSample.Score] { builder.asOptioned().map { sample.score($0) } }

    private func others(_ first: [MonteCarloSample.Score]) -> [MonteCarloSample.Score] {
        let made = Set(first.map(\.candidate.construction))
        var scores = builder.candidates(builder.constructions().filter { !made.contains($0) }).map { sample.score($0) }
        let best = (first + scores).max { $0.mean < $1.mean } ?? first[0]
        if let distilled = builder.distillation(from: best.candidate.model, searches: true) {
            scores += builder.regrouped(distilled.model).map { sample.score($0) }
            scores.append(sample.score(distilled))
        }
        return scores
    }
}
