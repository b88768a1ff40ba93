import LinearAlgebra
import MixtureOfExperts

/// Fits one shard: many starts screened on a subsample, the best refined on all rows by generalised EM and Newton steps.
public struct LocalFit: Sendable {
    let design: Design
    let family: any ExpertFamily
    let options: FitOptions
    let parallelism: Parallelism
    let progress: FitProgressHandler?

    public init(
        design: Design, family: any ExpertFamily = GaussianFamily(), options: FitOptions,
        parallelism: Parallelism = .serial, progress: FitProgressHandler? = nil
    ) {
        self.design = design
        self.family = family
        self.options = options
        self.parallelism = parallelism
        self.progress = progress
    }

    // Sizes of the search; measured on the Beijing stations and the synthetic profiles. Which of two starts is better
    // often shows only at their optima: EM creeps over plateaus, so the best starts are brought to convergence on a
    // subsample before any is dropped for good.
    private static let screeningRows = 4000
    private static let screeningIterations = 25
    private static let comparedStarts = 6
    private static let comparisonRows = 8000
    private static let refinedStarts = 2
    private static let emIterationsBeforeNewton = 20
    /// From an optimum of a subsample a few are enough.
    private static let emIterationsFromOptimum = 5

    /// - Throws: ``EstimationError`` where the rows cannot carry the model.
    public func fit(_ rows: ShardRows) throws(EstimationError) -> LocalModel {
        let (usable, weightUnit) = rows.withoutWeightlessRows().withMeanWeightOne()
        let disclosure = Disclosure(minRows: options.minRows)
        let rare = disclosure.rareCovariates(usable)
        let positive = usable.withConstants(rare)
        let standardisation = try check(positive)
        let standardised = standardisation.standardised(positive)
        var screened = screen(standardised, standardisation)
        var candidates = [Candidate]()
        for index in screened.indices.prefix(Self.refinedStarts) {
            let candidate = refine(
                screened[index].model, rows: standardised, start: index,
                emIterations: Self.emIterationsFromOptimum, parallelism: parallelism)
            screened[index].report.logLikelihood = candidate.statistics.logLikelihood
            screened[index].report.floorHits = candidate.floorHits
            candidates.append(candidate)
        }
        guard var best = candidates.min(by: Candidate.isBetter) else {
            throw .noModelPossible(rows: positive.rowCount, needed: 1)
        }
        var warnings = rare.map {
            FitWarning.rareCovariate(design.covariates[$0.index], minimum: options.minRows)
        }
        warnings += Collinearity.warnings(standardised, standardisation, design, known: Set(rare.map(\.index)))
        best = withoutSmallExperts(best, rows: standardised, warnings: &warnings)
        try checkDisclosure(best)
        return localModel(best, standardised, standardisation, screened.map(\.report), warnings, weightUnit: weightUnit)
    }

    // MARK: Checks

    private func check(_ rows: ShardRows) throws(EstimationError) -> Standardisation {
        let needed = Capacity.minimumRows(design, minRows: options.minRows)
        guard rows.rowCount >= needed else { throw .noModelPossible(rows: rows.rowCount, needed: needed) }
        let largest = Capacity.largest(rows: rows.rowCount, design: design, minRows: options.minRows)
        guard options.expertCount <= largest else {
            throw .tooFewRows(rows: rows.rowCount, experts: options.expertCount, largest: largest)
        }
        for model in options.initialModels {
            guard model.design == design else { throw .unusableStart(reason: "its target or covariates differ") }
            guard model.expertCount == options.expertCount else {
                throw .unusableStart(reason: "it has \(model.expertCount) experts, not \(options.expertCount)")
            }
        }
        let standardisation = Standardisation(rows)
        let names = design.covariates + [design.target]
        if let column = names.indices.first(where: { !standardisation.scale[$0].isFinite }) {
            throw .valuesTooLarge(column: names[column])
        }
        if family.hasDispersion, standardisation.constantColumns.contains(design.covariateCount) {
            throw .constantResponse(target: design.target, value: rows.responses.first ?? 0)
        }
        if let usual = Disclosure(minRows: options.minRows).usualValueIfRare(rows.responses[...]) {
            throw .rareResponse(target: design.target, value: usual, minimum: options.minRows)
        }
        return standardisation
    }

    // MARK: Screening

    private struct Screened: Sendable {
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
    }

    /// All starts for a few iterations on a few rows, the best of them for more on more; best first.
    private func screen(_ rows: ShardRows, _ standardisation: Standardisation) -> [Screened] {
        var random = RandomNumbers(seed: options.seed).split(-1)
        let order = random.permutation(rows.rowCount)
        let sample = subsample(rows, order, Self.screeningRows)
        var current = startingModels(sample, standardisation).map {
            Screened(
                model: $0.model, score: 0,
                report: FitReport.Start(
                    strategy: $0.name, screenedLogLikelihoodPerRow: 0, logLikelihood: nil, floorHits: 0))
        }
        let compared = subsample(rows, order, Self.comparisonRows)
        let starts = current
        current = parallelism.map(count: starts.count) { index in
            screened(starts[index], sample, start: index)
        }.sorted(by: Self.isBetter)
        let best = current.prefix(Self.comparedStarts)
        let converged = parallelism.map(count: best.count) { index in
            brought(best[index], toOptimumOn: compared, start: index)
        }.sorted(by: Self.isBetter)
        return distinct(converged) + current.dropFirst(best.count)
    }

    /// Starts that arrived at the same optimum are refined once: the repetitions go to the end.
    private func distinct(_ screened: [Screened]) -> [Screened] {
        var unique = [Screened]()
        var repeated = [Screened]()
        for candidate in screened {
            if unique.contains(where: { abs($0.score - candidate.score) < 1e-6 }) {
                repeated.append(candidate)
            } else {
                unique.append(candidate)
            }
        }
        return unique + repeated
    }

    private static func isBetter(_ left: Screened, _ right: Screened) -> Bool {
        (left.report.floorHits, -left.score) < (right.report.floorHits, -right.score)
    }

    /// The first `count` rows of a random order.
    private func subsample(_ rows: ShardRows, _ order: [Int], _ count: Int) -> ShardRows {
        rows.rowCount > count ? rows.subset(order.prefix(count).sorted()) : rows
    }

    private func startingModels(
        _ sample: ShardRows, _ standardisation: Standardisation
    ) -> [(model: MixtureModel, name: String)] {
        let given = options.initialModels.map { (standardisation.standardised($0), "given model") }
        guard options.expertCount > 1 else {
            return [(oneExpert(sample), "one expert")]
        }
        let generator = RandomNumbers(seed: options.seed)
        return given
            + parallelism.map(count: options.starts) { index in
                var random = generator.split(index)
                let strategy = StartStrategy.allCases[index % StartStrategy.allCases.count]
                let model = strategy.model(
                    rows: sample, design: design, family: family, options: options, using: &random)
                return (model, strategy.rawValue)
            }
    }

    private func oneExpert(_ rows: ShardRows) -> MixtureModel {
        StartStrategy.model(
            labels: [Int](repeating: 0, count: rows.rowCount), rows: rows, design: design, family: family,
            options: options)
    }

    private func screened(_ candidate: Screened, _ sample: ShardRows, start: Int) -> Screened {
        let algorithm = GeneralisedEM(rows: sample, options: options, parallelism: .serial)
        let result = algorithm.run(
            from: algorithm.state(candidate.model), iterations: Self.screeningIterations, tolerance: options.tolerance)
        let score = result.state.statistics.logLikelihood / result.state.statistics.weight
        progress?(
            FitProgress(
                stage: .screening, start: start + 1, startCount: options.starts, iteration: Self.screeningIterations,
                logLikelihoodPerRow: score))
        return candidate.at(result.state.model, score: score, floor: options.varianceFloor)
    }

    private func brought(_ candidate: Screened, toOptimumOn sample: ShardRows, start: Int) -> Screened {
        let optimum = refine(
            candidate.model, rows: sample, start: start, emIterations: Self.emIterationsBeforeNewton,
            parallelism: .serial)
        return candidate.at(
            optimum.model, score: optimum.statistics.logLikelihood / optimum.statistics.weight,
            floor: options.varianceFloor)
    }

    // MARK: Refinement

    private struct Candidate: Sendable {
        var model: MixtureModel
        var statistics: MixtureStatistics
        var trace: [Double]
        var converged: Bool
        var floorHits: Int

        /// A density that grows without bound on a few rows is no better fit: fewer experts at the variance floor come
        /// first, the likelihood second.
        static func isBetter(_ left: Candidate, _ right: Candidate) -> Bool {
            (left.floorHits, -left.statistics.logLikelihood) < (right.floorHits, -right.statistics.logLikelihood)
        }
    }

    private func refine(
        _ start: MixtureModel, rows: ShardRows, start index: Int, emIterations firstIterations: Int,
        parallelism: Parallelism
    ) -> Candidate {
        let algorithm = GeneralisedEM(rows: rows, options: options, parallelism: parallelism)
        let polish = NewtonPolish(algorithm: algorithm)
        var state = algorithm.state(start)
        var trace = [Double]()
        var converged = false
        var emIterations = firstIterations
        while !converged, trace.count < options.maxIterations {
            let done = trace.count
            let em = algorithm.run(
                from: state, iterations: min(emIterations, options.maxIterations - done), tolerance: options.tolerance
            ) { iteration, state in report(index, done + iteration, state.statistics) }
            state = em.state
            trace += em.trace
            // EM may pause on a plateau: converged only where Newton finds nothing more either.
            let (polished, finished, moved) = newton(polish, from: state, index, &trace)
            state = polished
            converged = finished || (em.converged && !moved && trace.count < options.maxIterations)
            emIterations = min(2 * emIterations, options.maxIterations)
        }
        return Candidate(
            model: state.model, statistics: state.statistics, trace: trace + [state.objective],
            converged: converged, floorHits: state.model.floorHits(options.varianceFloor).count)
    }

    /// Newton steps while they help; finished where one changes the objective by less than the tolerance, and a full step
    /// promised hardly more: a step that was halved to nothing is no sign of an optimum.
    private func newton(
        _ polish: NewtonPolish, from state: GeneralisedEM.State, _ index: Int, _ trace: inout [Double]
    ) -> (GeneralisedEM.State, finished: Bool, moved: Bool) {
        var model = state.model
        var objective = state.objective
        var finished = false
        var moved = false
        while !finished, trace.count < options.maxIterations {
            guard let next = polish.step(from: model, objective: objective) else { break }
            trace.append(objective)
            let negligible = options.tolerance * state.statistics.weight
            let isNegligible = next.objective - objective < negligible
            finished = isNegligible && next.decrement < 10 * negligible
            model = next.model
            objective = next.objective
            moved = moved || !isNegligible
            if isNegligible { break }
        }
        return (model == state.model ? state : polish.algorithm.state(model), finished, moved)
    }

    private func report(_ start: Int, _ iteration: Int, _ statistics: MixtureStatistics) {
        progress?(
            FitProgress(
                stage: .refining, start: start + 1, startCount: Self.refinedStarts, iteration: iteration,
                logLikelihoodPerRow: statistics.logLikelihood / statistics.weight))
    }

    // MARK: Disclosure

    /// Leaves out experts that describe fewer effective rows than may be told of, and refits the others.
    private func withoutSmallExperts(
        _ candidate: Candidate, rows: ShardRows, warnings: inout [FitWarning]
    ) -> Candidate {
        var current = candidate
        while current.model.expertCount > 1 {
            let effective = current.statistics.expertMoments.map(\.effectiveRows)
            guard let smallest = effective.indices.min(by: { effective[$0] < effective[$1] }),
                effective[smallest] < options.minRows
            else { break }
            let kept = effective.indices.filter { $0 != smallest }
            current = refine(
                current.model.reordered(kept), rows: rows, start: 0,
                emIterations: Self.emIterationsBeforeNewton, parallelism: parallelism)
            warnings.append(.expertBelowMinimumRows(minimum: options.minRows, left: kept.count))
        }
        return current
    }

    /// A single expert cannot be left out: very unequal weights may let it describe a few rows, or one.
    private func checkDisclosure(_ candidate: Candidate) throws(EstimationError) {
        let effective = candidate.statistics.expertMoments.map(\.effectiveRows).min() ?? 0
        guard effective >= options.minRows * (1 - 1e-9) else {
            throw .noModelPossible(
                rows: Int(effective), needed: Capacity.minimumRows(design, minRows: options.minRows))
        }
    }

    // MARK: Result

    private func localModel(
        _ candidate: Candidate, _ rows: ShardRows, _ standardisation: Standardisation, _ starts: [FitReport.Start],
        _ warnings: [FitWarning], weightUnit: Double
    ) -> LocalModel {
        let complete = FittedMixture(
            model: candidate.model, moments: candidate.statistics.expertMoments, rowCount: rows.rowCount,
            weight: candidate.statistics.weight
        ).inOrderOfWeight()
        let (fitted, left) = Disclosure(minRows: options.minRows).withoutRareColumns(complete, rows)
        var warnings = warnings
        let names = design.covariates + [design.target]
        for (column, pairs) in Dictionary(grouping: left, by: \.column).sorted(by: { $0.key < $1.key }) {
            warnings.append(
                .statisticsLeftOut(
                    column: names[column], experts: pairs.map(\.expert), minimum: options.minRows))
        }
        let atFloor = fitted.model.floorHits(options.varianceFloor)
        if !atFloor.isEmpty { warnings.append(.varianceFloor(experts: atFloor)) }
        if !candidate.converged { warnings.append(.notConverged(iterations: candidate.trace.count - 1)) }
        // Densities of y in the user's units differ by the Jacobian of the standardisation.
        let jacobian = standardisation.logResponseScale
        let weight = candidate.statistics.weight
        let report = FitReport(
            logLikelihood: weightUnit * (candidate.statistics.logLikelihood - weight * jacobian),
            trace: candidate.trace.map { $0 / weight - jacobian },
            stopReason: candidate.converged ? .converged : .maxIterations, iterations: candidate.trace.count - 1,
            seed: options.seed, tolerance: options.tolerance,
            starts: starts.map { $0.inUserUnits(jacobian: jacobian, weight: weight, weightUnit: weightUnit) },
            warnings: warnings)
        return LocalModel(
            fitted: FittedMixture(
                model: standardisation.inUserUnits(fitted.model),

                moments: fitted.moments.map { standardisation.inUserUnits($0).scaled(by: weightUnit) },
                rowCount: fitted.rowCount, weight: weightUnit * fitted.weight),
            report: report)
    }
}

extension MixtureModel {
    /// The experts whose dispersion is at the floor.
    fileprivate func floorHits(_ floor: Double) -> [Int] {
        guard family.hasDispersion else { return [] }
        return experts.indices.filter { experts[$0].dispersion <= floor * (1 + 1e-9) }
    }
}

extension FitReport.Start {
    fileprivate func inUserUnits(jacobian: Double, weight: Double, weightUnit: Double) -> FitReport.Start {
        var result = self
        result.screenedLogLikelihoodPerRow -= jacobian
        result.logLikelihood = logLikelihood.map { weightUnit * ($0 - weight * jacobian) }
        return result
    }
}

extension ShardRows {
    /// The rows with covariates that have one value throughout.
    fileprivate func withConstants(_ columns: [(index: Int, usualValue: Double)]) -> ShardRows {
        guard !columns.isEmpty else { return self }
        var changed = covariates
        for (index, value) in columns {
            for row in 0..<rowCount { changed[row, index] = value }
        }
        return ShardRows(covariates: changed, responses: responses, weights: weights)
    }

    /// The rows with weights of mean 1, and the mean that was divided out: counts and tolerances then mean rows whatever
    /// unit the weights have.
    fileprivate func withMeanWeightOne() -> (ShardRows, unit: Double) {
        guard let weights, !weights.isEmpty else { return (self, 1) }
        let unit = totalWeight / Double(rowCount)
        return (
            ShardRows(covariates: covariates, responses: responses, weights: weights.map { $0 / unit }), unit
        )
    }

    /// A row of weight 0 is an absent row.
    fileprivate func withoutWeightlessRows() -> ShardRows {
        guard let weights, weights.contains(0) else { return self }
        return subset(weights.indices.filter { weights[$0] > 0 })
    }
}
