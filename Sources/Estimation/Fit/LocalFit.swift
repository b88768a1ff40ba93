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

    static let refinedStarts = 2
    static let emIterationsBeforeNewton = 20

    /// - Throws: ``EstimationError`` where the rows do not support the model.
    package func fit(_ rows: ShardRows) throws(EstimationError) -> LocalModel {
        try fit(rows.withoutWeightlessRows() as any RowSource)
    }

    /// - Parameter source: rows of weight 0 count as rows here; leave them out.
    /// - Throws: as for rows in memory.
    package func fit(_ source: any RowSource) throws(EstimationError) -> LocalModel {
        localModel(try optimum(source), standardErrors: options.standardErrors)
    }

    /// An optimum, of which ``localModel(_:standardErrors:)`` makes what is released.
    ///
    /// - Parameter smaller: models of these rows with fewer experts, in the user's units: the optimum is not below them.
    func optimum(
        _ source: any RowSource, smaller: [MixtureModel] = []
    ) throws(EstimationError) -> FitState {
        let values = options.fixed.compactMap(\.distribution.value)
        if let value = source.response(notOf: family.response, besides: values, parallelism) {
            throw .unsuitableResponse(
                target: design.target, value: value, family: family.name)
        }
        guard options.fixed.isEmpty, !options.wantsNoise else { return try optimumWithFixedExperts(source, smaller) }
        return try optimum(source, smaller, warnings: [], rowsOfPointMasses: 0)
    }

    /// - Parameters:
    ///   - warnings: of what was done with the rows before.
    ///   - rowsOfPointMasses: that belong to no other expert.
    func optimum(
        _ source: any RowSource, _ smaller: [MixtureModel], warnings: [FitWarning], rowsOfPointMasses: Int
    ) throws(EstimationError) -> FitState {
        let released = ReleasedRows(
            source, design, family, minRows: options.minRows, rules: options.rules, salt: options.roundingSalt,
            parallelism)
        try checkCapacity(released.source, of: source.rowCount, fixed: rowsOfPointMasses)
        let rows = standardised(released)
        try check(rows.standardisation, released.summaries, released.disclosure)
        let fit = standardisingFixedExperts(rows)
        var fitState = try fit.optimum(of: rows, released, smaller, warnings: warnings)
        fitState.leftOutRows = source.rowCount - fitState.released.source.rowCount
        return fitState
    }

    /// - Parameter rows: in standard units, as the experts without parameters of the options are.
    private func optimum(
        of rows: StandardisedRows, _ released: ReleasedRows, _ smaller: [MixtureModel], warnings: [FitWarning]
    ) throws(EstimationError) -> FitState {
        // Without slopes there are none to choose.
        let lasso = options.isInterceptOnly ? nil : chosenLasso(rows, weight: released.summaries[0].weight)
        let (best, starts) = try best(rows, lasso, smaller)
        var fitState = FitState(best, released, rows, lasso, starts)
        fitState.warnings += warnings + self.warnings(of: best, rows, released)
        fitState.candidate = withInterceptOnlyExperts(best, rows, lasso?.inner)
        withoutSmallExperts(&fitState)
        suppress(&fitState)
        finishLasso(&fitState)
        keepSlopesFinite(&fitState)
        try checkCancellation()
        try checkDisclosure(fitState.candidate)
        fitState.candidate.model = fitState.candidate.model
            .withoutSlopes(of: fitState.rows.standardisation.constantColumns)
        return fitState
    }

    /// The best of all starts, not below the models that it has for submodels; and how each start went.
    func best(
        _ rows: StandardisedRows, _ lasso: ChosenLasso?, _ smaller: [MixtureModel]
    ) throws(EstimationError) -> (candidate: Refinement.Candidate, starts: [FitReport.Start]) {
        try checkCancellation()
        var (starts, candidates) =
            options.isInterceptOnly
            ? withoutSlopes(rows) : refined(rows, options.with(start: lasso?.start), lasso?.inner)
        try checkCancellation()
        guard let best = candidates.min(by: Refinement.Candidate.isBetter) else {
            throw .noModelPossible(rows: rows.source.rowCount, needed: 1)
        }
        for (index, candidate) in candidates.enumerated() {
            starts[index].logLikelihood = candidate.statistics.logLikelihood
            starts[index].floorHits = candidate.floorHits
        }
        let submodels =
            options.expertCount > 1
            ? [modelWithoutSlopes(rows)] + smaller.map(rows.standardisation.standardised) : []
        let atLeast = atLeastAsGood(best, as: submodels, rows, lasso?.inner)
        return (try atLeastAsGoodAsLimit(atLeast, rows, lasso, smaller), starts)
    }

    /// Of columns that combine others, and of weights that are no counts.
    private func warnings(
        of best: Refinement.Candidate, _ rows: StandardisedRows, _ released: ReleasedRows
    ) -> [FitWarning] {
        let weights = [released.source.warningOfWeights(sum: released.summaries[0].weight, parallelism)]
        guard !options.isInterceptOnly else { return weights.compactMap { $0 } }
        let moments = Moments.sum(best.statistics.expertMoments, count: design.covariateCount + 1)
        return Collinearity.warnings(moments, rows.standardisation, design, known: released.withheldColumns)
            + weights.compactMap { $0 }
    }

    func standardised(_ released: ReleasedRows) -> StandardisedRows {
        let standardisation = Standardisation(
            released.summaries, constants: released.constants, keeping: design.unscaledColumns(family),
            response: robustResponseScale(released.source))
        return StandardisedRows(
            source: released.source, standardisation: standardisation,
            weightUnit: released.source.isWeighted ? released.summaries[0].weight / Double(released.source.rowCount) : 1
        )
    }
}
