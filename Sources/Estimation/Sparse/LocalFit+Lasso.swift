import Foundation
import MixtureOfExperts

/// The lasso of a fit as it runs: the weights, and how they were found.
struct ChosenLasso {
    /// In the user's units.
    var gate: Double
    var experts: Double
    var inner: SlopeWeights
    /// Where the weight was chosen: what was tried, in the user's units.
    var path: [LassoReport.Point]
    /// One more start, in the user's units.
    var start: MixtureModel?
    /// Of the optimum with the penalty.
    var penalisedLogLikelihood = 0.0
    var isRefitted = false

    func selection(of candidate: Refinement.Candidate) -> SlopeSelection {
        SlopeSelection(
            gate: gate > 0,
            experts: candidate.model.experts.indices.map { experts > 0 && !candidate.held.interceptOnly.contains($0) })
    }

    func report(nonzeroParameters: Int) -> LassoReport {
        LassoReport(
            gateWeight: gate, expertWeight: experts, penalisedLogLikelihood: penalisedLogLikelihood,
            isRefitted: isRefitted, nonzeroParameters: nonzeroParameters, path: path)
    }
}

extension LocalFit {
    /// The optimum against the best reference of the gate, and where that is asked for once more without the penalty.
    ///
    /// The latter is kept only where nothing is released of few rows with it.
    func finishLasso(_ fitState: inout FitState) {
        guard let inner = fitState.lasso?.inner else { return }
        let rows = fitState.rows
        let (best, order) = refinement(rows, start: 0, parallelism: parallelism, inner)
            .withBestReference(fitState.candidate)
        fitState.take(best, order: order)
        fitState.lasso?.penalisedLogLikelihood = rows.inUserUnits(best.penalisedLogLikelihood, best)
        guard options.refitsSlopes else { return }
        let refit = refitted(best, rows, inner)
        guard isReleased(refit) else {
            return fitState.warnings.append(.refitBelowMinimumRows(minimum: options.minRows))
        }
        fitState.lasso?.isRefitted = true
        fitState.candidate = refit
    }

    /// The optimum without a penalty among the slopes that stayed (the relaxed lasso, Meinshausen 2007).
    private func refitted(
        _ candidate: Refinement.Candidate, _ rows: StandardisedRows, _ lasso: SlopeWeights
    ) -> Refinement.Candidate {
        var held = lasso
        held.holdsZeros = true
        var refinement = refinement(rows, start: 0, parallelism: parallelism, held)
        refinement.held = candidate.held
        return refinement.optimum(from: candidate.model, emIterations: Refinement.iterationsFromOptimum)
    }

    /// What of the model is estimated, in the user's units: there a constant column has slopes of 0.
    func freeParameters(_ candidate: Refinement.Candidate, _ rows: StandardisedRows) -> Int {
        rows.standardisation.inUserUnits(candidate.model)
            .freeParameterCount(predictors: rows.source.determinedPredictors(family, parallelism))
    }

    /// nil where slopes are not penalised.
    ///
    /// - Parameter weight: Σw of the rows as they came.
    func chosenLasso(_ rows: StandardisedRows, weight: Double) -> ChosenLasso? {
        func inner(_ gate: Double, _ experts: Double) -> SlopeWeights {
            SlopeWeights(gate: gate, experts: experts, rows.standardisation, weight: weight)
        }
        switch options.lasso {
        case .none: return nil
        case .weights(let gate, let experts):
            guard gate > 0 || experts > 0 else { return nil }
            return ChosenLasso(gate: gate, experts: experts, inner: inner(gate, experts), path: [])
        case .automatic:
            let dense = refined(rows, options, nil).candidates.min(by: Refinement.Candidate.isBetter)
            guard let dense else { return nil }
            let search = LassoPath(
                refinement: refinement(rows, start: 0, parallelism: parallelism, nil), unit: inner(1, 1))
            let points = search.points(from: dense.model)
            let path = points.map { described($0, rows, weight: weight) }
            guard let best = path.indices.min(by: { path[$0].bic < path[$1].bic }) else { return nil }
            let chosen = path[best].weight
            return ChosenLasso(
                gate: chosen, experts: chosen, inner: inner(chosen, chosen), path: path,
                start: rows.standardisation.inUserUnits(points[best].candidate.model))
        }
    }

    private func described(_ point: LassoPath.Point, _ rows: StandardisedRows, weight: Double) -> LassoReport.Point {
        let candidate = point.candidate
        let logLikelihood = rows.inUserUnits(candidate.statistics.logLikelihood, candidate)
        let nonzero = freeParameters(candidate, rows)
        return LassoReport.Point(
            weight: point.weight, logLikelihood: logLikelihood,
            penalisedLogLikelihood: rows.inUserUnits(candidate.penalisedLogLikelihood, candidate),
            nonzeroParameters: nonzero, bic: -2 * logLikelihood + Double(nonzero) * log(weight))
    }
}

extension StandardisedRows {
    /// A log-likelihood of standardised rows as that of the rows as they came: densities differ by the Jacobian.
    func inUserUnits(_ logLikelihood: Double, _ candidate: Refinement.Candidate) -> Double {
        weightUnit
            * (logLikelihood - candidate.statistics.weight * candidate.shareOfDensities
                * standardisation.logResponseScale)
    }
}

extension FitOptions {
    /// With one more start.
    func with(start: MixtureModel?) -> FitOptions {
        var result = self
        result.initialModels += [start].compactMap { $0 }
        return result
    }
}

extension Refinement.Candidate {
    /// Of experts whose fit is not closed: their statistics do not hold it.
    var scores: [[Double]] {
        guard !(model.family is any ClosedFormFamily) else { return [] }
        return model.experts.indices.map { statistics.expertScore($0, model.design.expertPositions) }
    }
}
