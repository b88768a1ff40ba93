import MixtureOfExperts
import Numerics

/// Finds starts worth refining: all on a small part of the rows, the better half on more, the best to their optima.
///
/// Which of two starts is better often shows only at their optima, EM creeping over plateaus: the best are brought to
/// convergence on a part of the rows before any is dropped for good. Sizes were measured on the Beijing stations and the
/// synthetic profiles.
package struct StartSearch {
    let rows: StandardisedRows
    let design: Design
    let family: any ExpertFamily
    let options: FitOptions
    let parallelism: Parallelism
    let progress: FitProgressHandler?
    /// For a weight of 1; nil where slopes are not penalised.
    var lasso: SlopeWeights?

    /// Rows, iterations of EM, and how many starts go on; from round to round.
    private static let rounds: [(rows: Int, iterations: Int, kept: Int)] = [(2000, 10, 8), (4000, 12, 5)]
    package static let comparisonRows = 8000
    package static let emIterationsBeforeNewton = 8
    /// Log-likelihoods per row nearer than this are taken for those of one optimum, or of one basin on the way there.
    static let sameOptimum = 1e-6
    private static let sameBasin = 3e-4

    struct Screened: Sendable {
        var model: MixtureModel
        var score: Double
        var report: FitReport.Start

        func at(_ model: MixtureModel, score: Double, floor: Double) -> Screened {
            var result = self
            result.model = model
            result.score = score
            result.report.screenedLogLikelihoodPerRow = score
            result.report.floorHits = model.floorHits(floor).count
            return result
        }

        static func isBetter(_ left: Screened, _ right: Screened) -> Bool {
            (left.report.floorHits, -left.score) < (right.report.floorHits, -right.score)
        }
    }

    /// What came of the search: starts, best first, the first ones at optima of `part`.
    struct Result {
        var starts: [Screened]
        var part: ShardRows

        /// The best start, and the next ones that the part cannot distinguish from it: those whose log-likelihood is less than
        /// two standard errors of the paired difference below.
        func contenders(most: Int) -> [Screened] {
            guard let best = starts.first else { return [] }
            let bestDensities = best.model.logDensities(part.covariates, responses: part.responses)
            return [best]
                + starts.dropFirst().prefix(most - 1).filter { start in
                    let densities = start.model.logDensities(part.covariates, responses: part.responses)
                    return start.report.floorHits == best.report.floorHits
                        && best.score - start.score < 2 * standardError(zip(bestDensities, densities).map(-))
                }
        }

        /// Of the weighted mean.
        private func standardError(_ values: [Double]) -> Double {
            let total = part.totalWeight
            var (sum, squares) = (0.0, 0.0)
            for (row, value) in values.enumerated() { sum += part.weight(row) * value }
            for (row, value) in values.enumerated() {
                let deviation = part.weight(row) * (value - sum / total)
                squares += deviation * deviation
            }
            return squares.squareRoot() / total
        }
    }

    func run() -> Result {
        var random = RandomNumbers(seed: options.seed).split(-1)
        let order = random.sample(Self.comparisonRows, below: rows.rowCount)
        let part = part(order, Self.comparisonRows)
        let few = self.part(order, Self.rounds[0].rows)
        guard options.expertCount > 1 else { return result([oneExpert(few)], dropped: [], part) }
        let given = options.initialModels.map {
            begun(rows.standardisation.standardised($0), .givenModel)
        }
        let (probes, isEnough) = probes(few)
        if isEnough {
            let found = unique(probes.map(\.optimum).sorted(by: Screened.isBetter), tolerance: Self.sameOptimum)
            return result(given + found.unique, dropped: found.repeated, part)
        }
        let first = parallelism.map(count: given.count) { screened(given[$0], few, round: 0, start: $0) }
        let others = parallelism.map(count: max(options.starts - probes.count, 0)) { index in
            screened(start(probes.count + index, few), few, round: 0, start: probes.count + index)
        }
        var ranked = (first + probes.map(\.screened) + others).sorted(by: Screened.isBetter)
        var dropped = [Screened]()
        for round in Self.rounds.indices {
            if round > 0 {
                let (sample, starts) = (self.part(order, Self.rounds[round].rows), ranked)
                ranked = parallelism.map(count: starts.count) { screened(starts[$0], sample, round: round, start: $0) }
                    .sorted(by: Screened.isBetter)
            }
            // Many starts in one basin must not crowd out the others.
            let varied = distinct(ranked, tolerance: Self.sameBasin)
            ranked = Array(varied.prefix(Self.rounds[round].kept))
            dropped = varied.dropFirst(Self.rounds[round].kept) + dropped
        }
        return result(ranked, dropped: dropped, part)
    }

    /// The best starts at their optima on a part of the rows, then those that were dropped.
    private func result(_ best: [Screened], dropped: [Screened], _ part: ShardRows) -> Result {
        let converged = parallelism.map(count: best.count) { index in brought(best[index], toOptimumOn: part) }
            .sorted(by: Screened.isBetter)
        let optima = distinct(converged, tolerance: Self.sameOptimum)
        return Result(starts: [steepened(optima, part)].compactMap { $0 } + optima + dropped, part: part)
    }

    /// Starts that arrived at the same place count once: the repetitions go to the end.
    func distinct(_ screened: [Screened], tolerance: Double) -> [Screened] {
        let (unique, repeated) = unique(screened, tolerance: tolerance)
        return unique + repeated
    }

    func unique(_ screened: [Screened], tolerance: Double) -> (unique: [Screened], repeated: [Screened]) {
        var unique = [Screened]()
        var repeated = [Screened]()
        for candidate in screened {
            if unique.contains(where: { abs($0.score - candidate.score) < tolerance }) {
                repeated.append(candidate)
            } else {
                unique.append(candidate)
            }
        }
        return (unique, repeated)
    }

    /// The first `count` rows of a random order.
    private func part(_ order: [Int], _ count: Int) -> ShardRows {
        rows.chosen((rows.rowCount > count ? Array(order.prefix(count)) : order).sorted())
    }

    // MARK: Starts

    private func begun(_ model: MixtureModel, _ strategy: FitReport.Start.Strategy) -> Screened {
        Screened(
            model: model, score: 0,
            report: FitReport.Start(
                strategy: strategy, screenedLogLikelihoodPerRow: 0, logLikelihood: nil, floorHits: 0))
    }

    /// The random start of a number: the same whatever else is tried.
    func start(_ index: Int, _ sample: ShardRows) -> Screened {
        var random = RandomNumbers(seed: options.seed).split(index)
        let strategy = StartStrategy.allCases[index % StartStrategy.allCases.count]
        let model = strategy.model(rows: sample, design: design, family: family, options: options, using: &random)
        return begun(model, strategy.reported)
    }

    private func oneExpert(_ all: ShardRows) -> Screened {
        let rows = all.ofRegressions(options.fixed, family)
        let labels = [Int](repeating: 0, count: rows.rowCount)
        let model = StartStrategy.model(labels: labels, rows: rows, design: design, family: family, options: options)
        return begun(model.adding(options.fixed, all), .oneExpert)
    }

    // MARK: Rounds

    private func refinement(_ sample: ShardRows) -> Refinement {
        var refinement = Refinement(
            options: options, rows: sample, weight: sample.totalWeight, parallelism: .serial)
        refinement.lasso = lasso
        refinement.confirms = false
        return refinement
    }

    func screened(_ candidate: Screened, _ sample: ShardRows, round: Int, start: Int) -> Screened {
        let iterations = Self.rounds[round].iterations
        let algorithm = refinement(sample).algorithm
        let result = algorithm.run(
            from: algorithm.state(candidate.model), iterations: iterations, tolerance: options.tolerance)
        let score =
            (result.state.statistics.logLikelihood - algorithm.penalty.lassoValue(result.state.model))
            / result.state.statistics.weight
        progress?(
            FitProgress(
                stage: .screening, start: start + 1, startCount: options.starts, iteration: iterations,
                logLikelihoodPerRow: score))
        return candidate.at(result.state.model, score: score, floor: options.varianceFloor)
    }

    func brought(
        _ candidate: Screened, toOptimumOn sample: ShardRows, emIterations: Int = emIterationsBeforeNewton
    ) -> Screened {
        let optimum = refinement(sample).optimum(from: candidate.model, emIterations: emIterations)
        return candidate.at(
            optimum.model, score: optimum.penalisedLogLikelihood / optimum.statistics.weight,
            floor: options.varianceFloor)
    }
}
