import Numerics

/// The search for the best optimum of the reduction: all starts on a part of the problem, the best of them on all of it.
struct TransportSearch {
    let problem: TransportProblem
    let mixture: LocalMixture
    /// Of the sites.
    let names: [String]
    let expertCount: Int
    let dispersionFloor: Double
    let options: AggregationOptions
    let parallelism: Parallelism

    // Sizes, measured on the Beijing stations and the synthetic profiles.
    private static let screeningPoints = 1000
    private static let screeningSites = 200
    private static let screeningIterations = 15
    private static let refinedStarts = 3

    typealias Outcome = (start: ReductionStart, reduction: TransportReduction)

    func best(_ generator: RandomNumbers) -> Outcome {
        var random = generator.split(1)
        let part = part(generator)
        let starts = ReductionStarts(
            mixture: mixture, names: names, expertCount: expertCount, dispersionFloor: dispersionFloor
        ).all(part, using: &random, parallelism: parallelism)
        let screened = Self.sorted(
            parallelism.map(count: starts.count) { index in
                let reduction = TransportReduction.run(
                    part, from: starts[index].experts, tolerance: 1e-6, maxIterations: Self.screeningIterations)
                return (starts[index].start, reduction)
            })
        let promising = Array(screened.prefix(Self.refinedStarts))
        let candidates = mixture.sites.count > Self.screeningSites ? [bestOfPart(promising, part)] : promising
        let refined = candidates.map { candidate in
            let reduction = TransportReduction.run(
                problem, from: candidate.reduction.experts, tolerance: options.tolerance,
                maxIterations: options.maxIterations)
            return Outcome(candidate.start, reduction)
        }
        return Self.sorted(refined)[0]
    }

    /// Fewer points and fewer sites, drawn at random, as one problem on one thread: the starts share the threads.
    private func part(_ generator: RandomNumbers) -> TransportProblem {
        var random = generator.split(4)
        let sites = random.sample(Self.screeningSites, below: mixture.sites.count).sorted()
        return problem.part(
            points: Self.screeningPoints, components: sites.flatMap { mixture.members[$0] }, parallelism: .serial)
    }

    /// With many sites an iteration on all of them is dear, and a part of them shows which optimum is the best: only that
    /// one goes on.
    private func bestOfPart(_ promising: [Outcome], _ part: TransportProblem) -> Outcome {
        let settled = parallelism.map(count: promising.count) { index in
            let reduction = TransportReduction.run(
                part, from: promising[index].reduction.experts, tolerance: options.tolerance,
                maxIterations: options.maxIterations)
            return Outcome(promising[index].start, reduction)
        }
        return Self.sorted(settled)[0]
    }

    /// By the objective reached; starts of one objective keep their order.
    private static func sorted(_ outcomes: [Outcome]) -> [Outcome] {
        outcomes.enumerated().sorted {
            let (left, right) = ($0.element.reduction.objectives.last ?? 0, $1.element.reduction.objectives.last ?? 0)
            return (left, $0.offset) < (right, $1.offset)
        }.map(\.element)
    }
}
