import Messages
import MixtureOfExperts
import Numerics

/// Fits one shard: many starts screened on a subsample, the best refined on all rows by generalised EM and Newton steps.
package struct LocalFit: Sendable {
    let design: Design
    let family: any ExpertFamily
    let options: FitOptions
    let parallelism: Parallelism
    let progress: FitProgressHandler?

    package init(
        design: Design, family: any ExpertFamily = GaussianFamily(), options: FitOptions,
        parallelism: Parallelism = .serial, progress: FitProgressHandler? = nil
    ) {
        self.design = design
        self.family = family
        self.options = options
        self.parallelism = parallelism
        self.progress = progress
    }

    private static let refinedStarts = 2
    static let emIterationsBeforeNewton = 20

    /// - Throws: ``EstimationError`` where the rows cannot support the model.
    package func fit(_ rows: ShardRows) throws(EstimationError) -> LocalModel {
        try fit(rows.withoutWeightlessRows() as any RowSource)
    }

    /// - Parameter source: rows of weight 0 count as rows here; leave them out.
    package func fit(_ source: any RowSource) throws(EstimationError) -> LocalModel {
        localModel(try optimum(source), standardErrors: options.standardErrors)
    }

    /// An optimum, of which ``localModel(_:standardErrors:)`` makes what is released.
    func optimum(_ source: any RowSource) throws(EstimationError) -> FitState {
        if let value = source.response(notOf: family.response, parallelism) {
            throw .unsuitableResponse(
                target: design.target, value: value, family: family.name)
        }
        let released = ReleasedRows(source, design, family, minRows: options.minRows, parallelism)
        try checkCapacity(released.source, of: source.rowCount)
        let rows = standardised(released)
        try check(rows.standardisation, released.summaries, released.disclosure)
        let lasso = chosenLasso(rows, weight: released.summaries[0].weight)
        try checkCancellation()
        var (starts, candidates) = refined(rows, options.with(start: lasso?.start), lasso?.inner)
        try checkCancellation()
        guard let best = candidates.min(by: Refinement.Candidate.isBetter) else {
            throw .noModelPossible(rows: source.rowCount, needed: 1)
        }
        for (index, candidate) in candidates.enumerated() {
            starts[index].logLikelihood = candidate.statistics.logLikelihood
            starts[index].floorHits = candidate.floorHits
        }
        var fitState = FitState(best, released, rows, lasso, starts)
        fitState.warnings += Collinearity.warnings(
            Moments.sum(best.statistics.expertMoments, count: design.covariateCount + 1), rows.standardisation, design,
            known: released.withheldColumns)
        fitState.warnings += [released.source.warningOfWeights(sum: released.summaries[0].weight, parallelism)]
            .compactMap { $0 }
        fitState.candidate = withInterceptOnlyExperts(best, rows, lasso?.inner)
        withoutSmallExperts(&fitState)
        suppress(&fitState)
        finishLasso(&fitState)
        try checkCancellation()
        try checkDisclosure(fitState.candidate)
        fitState.candidate.model = fitState.candidate.model
            .withoutSlopes(of: fitState.rows.standardisation.constantColumns)
        fitState.leftOutRows = source.rowCount - fitState.released.source.rowCount
        return fitState
    }

    func standardised(_ released: ReleasedRows) -> StandardisedRows {
        let standardisation = Standardisation(
            released.summaries, constants: released.disclosure.rareNumbers, keeping: design.unscaledColumns(family))
        return StandardisedRows(
            source: released.source, standardisation: standardisation,
            weightUnit: released.source.isWeighted ? released.summaries[0].weight / Double(released.source.rowCount) : 1
        )
    }

    // MARK: Checks

    private func checkCancellation() throws(EstimationError) {
        if options.isCancelled { throw .cancelled }
    }

    /// - Parameter total: with those that are left out.
    private func checkCapacity(_ source: any RowSource, of total: Int) throws(EstimationError) {
        let rows = source.rowCount
        let predictors = source.determinedPredictors(family, parallelism).count
        let needed = Capacity.minimumRows(design, family, predictors: predictors, minRows: options.minRows)
        guard rows >= needed else {
            throw total < needed
                ? .noModelPossible(rows: rows, needed: needed)
                : .tooFewReleasedRows(rows: rows, of: total, needed: needed)
        }
        let largest = Capacity.largest(
            rows: rows, design: design, family: family, predictors: predictors, minRows: options.minRows)
        guard options.expertCount <= largest else {
            throw .tooFewRows(rows: rows, experts: options.expertCount, largest: largest)
        }
        for model in options.initialModels {
            guard model.design == design, model.family.isSame(as: family) else {
                throw .startOfAnotherDesign
            }
            guard model.expertCount == options.expertCount else {
                throw .startOfAnotherSize(experts: model.expertCount, asked: options.expertCount)
            }
        }
    }

    private func check(
        _ standardisation: Standardisation, _ summaries: [ColumnSummary], _ disclosure: Disclosure
    ) throws(EstimationError) {
        let names = design.covariates + [design.target]
        if let column = names.indices.first(where: { !standardisation.scale[$0].isFinite }) {
            throw .valuesTooLarge(column: names[column])
        }
        if family.standardisesResponses, standardisation.constantColumns.contains(design.covariateCount) {
            throw .constantResponse(target: design.target, value: summaries[design.covariateCount].mean)
        }
        if let usual = disclosure.usualResponseIfRare {
            throw .rareResponse(target: design.target, value: usual, minimum: options.minRows)
        }
    }

    // MARK: Refinement

    func refinement(
        _ rows: any RowSource, start index: Int, parallelism: Parallelism, _ lasso: SlopeWeights?
    ) -> Refinement {
        // Standardised weights have mean 1.
        var refinement = Refinement(
            options: options, rows: rows, weight: Double(rows.rowCount), parallelism: parallelism
        ) {
            progress?(
                FitProgress(
                    stage: .refining, start: index + 1, startCount: Self.refinedStarts, iteration: $0,
                    logLikelihoodPerRow: $1))
        }
        refinement.lasso = lasso
        return refinement
    }

    /// The best starts of the search, brought to their optima on all rows.
    func refined(
        _ rows: StandardisedRows, _ options: FitOptions, _ lasso: SlopeWeights?
    ) -> (starts: [FitReport.Start], candidates: [Refinement.Candidate]) {
        let search = StartSearch(
            rows: rows, design: design, family: family, options: options, parallelism: parallelism,
            progress: progress, lasso: lasso
        ).run()
        let candidates = search.contenders(most: Self.refinedStarts).enumerated().map { index, start in
            let refinement = refinement(rows, start: index, parallelism: parallelism, lasso)
            guard search.part.rowCount < rows.rowCount else {
                return refinement.optimum(from: start.model, emIterations: Refinement.iterationsFromOptimum)
            }
            var part = Refinement(
                options: options, rows: search.part, weight: search.part.totalWeight, parallelism: parallelism)
            part.lasso = lasso
            return refinement.optimum(from: start.model, ofPart: part)
        }
        return (search.starts.map(\.report), candidates)
    }

    // MARK: Few rows

    /// Takes the slopes of experts that describe too few rows for them, one after the other, and refits.
    private func withInterceptOnlyExperts(
        _ candidate: Refinement.Candidate, _ rows: StandardisedRows, _ lasso: SlopeWeights?
    ) -> Refinement.Candidate {
        var current = candidate
        let selects = lasso.map { $0.experts > 0 } ?? false
        while let thin = InterceptOnlyExpert.thinnestRegression(current, selectsSlopes: selects) {
            var refinement = refinement(rows, start: 0, parallelism: parallelism, lasso)
            refinement.held = current.held
            refinement.held.interceptOnly.insert(thin)
            current = refinement.optimum(
                from: InterceptOnlyExpert.start(from: current, expert: thin, rows: someRows(rows)),
                emIterations: Self.emIterationsBeforeNewton)
        }
        return current
    }

    func someRows(_ rows: StandardisedRows) -> ShardRows {
        var random = RandomNumbers(seed: options.seed).split(-5)
        return rows.chosen(random.sample(StartSearch.comparisonRows, below: rows.rowCount).sorted())
    }

    // MARK: Disclosure

    /// Leaves out experts that describe fewer effective rows than may be released, and refits the others.
    func withoutSmallExperts(_ fitState: inout FitState) {
        while fitState.candidate.model.expertCount > 1 {
            let current = fitState.candidate
            let effective = current.statistics.expertMoments.map(\.effectiveRows)
            guard let smallest = effective.indices.min(by: { effective[$0] < effective[$1] }),
                effective[smallest] < options.minRows
            else { break }
            let kept = effective.indices.filter { $0 != smallest }
            var refinement = refinement(fitState.rows, start: 0, parallelism: parallelism, fitState.lasso?.inner)
            refinement.held = current.held.reordered(kept)
            let next = refinement.optimum(
                from: current.model.reordered(kept), emIterations: Self.emIterationsBeforeNewton)
            fitState.warnings.append(.expertBelowMinimumRows(minimum: options.minRows, left: kept.count))
            fitState.reorder(kept)
            fitState.candidate = withInterceptOnlyExperts(next, fitState.rows, fitState.lasso?.inner)
        }
    }

    /// A single expert cannot be left out: very unequal weights may let it describe a few rows, or one.
    private func checkDisclosure(_ candidate: Refinement.Candidate) throws(EstimationError) {
        guard isReleased(candidate) else {
            throw .noModelPossible(
                rows: Int(fewestRows(candidate)),
                needed: Capacity.minimumRows(design, family, minRows: options.minRows))
        }
    }

    func isReleased(_ candidate: Refinement.Candidate) -> Bool {
        fewestRows(candidate) >= options.minRows * (1 - 1e-9)
    }

    /// Effective ones, of an expert.
    private func fewestRows(_ candidate: Refinement.Candidate) -> Double {
        candidate.statistics.expertMoments.map(\.effectiveRows).min() ?? 0
    }

    // MARK: Result

    /// Columns and experts whose slopes are held in every predictor, other than experts that are held whole.
    private func heldColumns(_ held: HeldCoefficients, experts: Int) -> [Disclosure.RareColumn] {
        let intercepts = (0..<family.predictorCount).map { $0 * design.expertPositions.count }
        return (0..<experts).filter { expert in !intercepts.allSatisfy { held[expert].contains($0) } }
            .flatMap { expert in
                design.expertCovariates.enumerated().filter { entry in
                    intercepts.allSatisfy { held[expert].contains($0 + entry.offset + 1) }
                }.map { Disclosure.RareColumn(column: $0.element, expert: expert, value: 0) }
            }
    }

    /// Of classes that are suppressed for some experts only.
    private func classWarnings(_ fitted: FittedMixture, _ released: ReleasedRows) -> [FitWarning] {
        (family.response.classes ?? []).enumerated().compactMap { code, name in
            let experts = fitted.suppressedClasses.indices.filter { fitted.suppressedClasses[$0].contains(code) }
            guard !experts.isEmpty, !released.rareClasses.contains(code) else { return nil }
            return .classWithheld(class: name, experts: ExpertPositions(experts), minimum: options.minRows)
        }
    }

    func localModel(_ fitState: FitState, standardErrors: StandardErrorMethod) -> LocalModel {
        let (candidate, rows, lasso) = (fitState.candidate, fitState.rows, fitState.lasso)
        let disclosure = fitState.released.disclosure
        let (standardisation, weightUnit) = (rows.standardisation, rows.weightUnit)
        var unordered = candidate.fitted(rowCount: rows.rowCount)
        unordered.suppressedClasses = fitState.withheldClasses
        if let lasso {
            unordered.selection = lasso.selection(of: candidate)
            unordered.scores = candidate.scores
        }
        let order = unordered.orderOfWeight
        let complete = unordered.inOrderOfWeight()
        var (fitted, left) = disclosure.withoutRareColumns(complete, rows, parallelism)
        // Refitted, an expert may have no row left with the value; its slope is held all the same.
        left += heldColumns(candidate.held.reordered(order), experts: order.count).filter { held in
            !left.contains { $0.column == held.column && $0.expert == held.expert }
        }
        var warnings = fitState.released.warnings + fitState.warnings + classWarnings(fitted, fitState.released)
        let names = design.covariates + [design.target]
        for (column, pairs) in Dictionary(grouping: left, by: \.column).sorted(by: { $0.key < $1.key }) {
            warnings.append(
                .statisticsLeftOut(
                    column: names[column], experts: ExpertPositions(pairs.map(\.expert).sorted()),
                    minimum: options.minRows))
        }
        let interceptOnly = fitted.model.experts.indices.filter { candidate.held.interceptOnly.contains(order[$0]) }
        if !interceptOnly.isEmpty { warnings.append(.interceptOnlyExpert(experts: ExpertPositions(interceptOnly))) }
        let atFloor = fitted.model.floorHits(options.varianceFloor)
        if !atFloor.isEmpty { warnings.append(.varianceFloor(experts: ExpertPositions(atFloor))) }
        if !candidate.converged { warnings.append(.notConverged(iterations: candidate.trace.count - 1)) }
        let errors = errors(standardErrors, of: fitted, rows, disclosure, held: candidate.held.reordered(order))
        fitted.errors = errors.released
        warnings += errors.warnings
        // Densities of y in the user's units differ by the Jacobian of the standardisation.
        let jacobian = standardisation.logResponseScale
        let weight = candidate.statistics.weight
        var report = FitReport(
            logLikelihood: rows.inUserUnits(candidate.statistics.logLikelihood, candidate),
            trace: candidate.trace.map { $0 / weight - jacobian },
            stopReason: candidate.converged ? .converged : .maxIterations, iterations: candidate.trace.count - 1,
            settings: FitSettings(options),
            starts: fitState.starts.map { $0.inUserUnits(jacobian: jacobian, weight: weight, weightUnit: weightUnit) },
            warnings: warnings)
        report.leftOutRows = fitState.leftOutRows
        var released = standardisation.inUserUnits(fitted).scaled(by: weightUnit)
        released.errors = released.errors?.released
        report.freeParameters = freeParameters(candidate, rows)
        report.lasso = lasso?.report(nonzeroParameters: report.freeParameters)
        return LocalModel(fitted: released, report: report)
    }
}

extension Refinement.Candidate {
    /// With what its statistics say of each expert. Codes of classes are no measurements, and have no moments.
    fileprivate func fitted(rowCount: Int) -> FittedMixture {
        let design = model.design
        var moments = statistics.expertMoments
        if case .classes = model.family.response {
            moments = moments.map { $0.withConstant(design.covariateCount, value: 0) }
        }
        return FittedMixture(
            model: model, moments: moments,
            information: model.family is any ClosedFormFamily
                ? [] : model.experts.indices.map { statistics.expertInformation($0, design.expertPositions) },
            rowCount: rowCount, weight: statistics.weight)
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
