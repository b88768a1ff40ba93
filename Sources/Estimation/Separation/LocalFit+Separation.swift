import Messages
import MixtureOfExperts

/// A fit whose slopes are finite.
extension LocalFit {
    /// More turns find nothing new: each names a slope that none before did.
    private static let turns = 6
    /// Where a separated slope begins, times its unit.
    private static let start = 4.0

    /// Finds separated slopes and fits once more with a prior on them alone, until no other is separated.
    func keepSlopesFinite(_ fitState: inout FitState) {
        // A lasso keeps slopes finite itself.
        guard fitState.lasso == nil, !options.isInterceptOnly else { return }
        for _ in 0..<Self.turns {
            let found = separated(fitState)
            let known = fitState.separated ?? SeparationCheck.Found(experts: found.experts.map { _ in [] }, gate: [])
            let all = known.union(found)
            let isFirst = fitState.separated == nil
            fitState.separated = all
            guard options.slopePrior != .none, all != known || (isFirst && options.slopePrior == .all) else { return }
            let prior = prior(options.slopePrior == .all ? everySlope(fitState) : all, fitState)
            guard !prior.isEmpty else { return }
            var refinement = refinement(fitState.rows, start: 0, parallelism: parallelism, nil)
            refinement.held = fitState.candidate.held
            refinement.prior = prior
            fitState.candidate = refinement.optimum(
                from: start(fitState, prior), emIterations: Refinement.iterationsFromOptimum)
            withoutSmallExperts(&fitState)
            suppress(&fitState)
        }
    }

    private func separated(_ fitState: FitState) -> SeparationCheck.Found {
        let (candidate, rows) = (fitState.candidate, fitState.rows)
        return SeparationCheck(
            design: design, family: family, units: units(fitState), tolerance: options.tolerance * Double(rows.rowCount)
        ).separated(
            candidate.model, candidate.statistics, held: candidate.held, weightUnit: rows.weightUnit
        ) {
            fitState.released.disclosure.classWeights(
                family.response.classes?.count ?? 0, of: candidate.model, rows, parallelism)
        }
    }

    /// By covariate, in the units of the rows.
    private func units(_ fitState: FitState) -> [Double] {
        let standardisation = fitState.rows.standardisation
        return (0..<design.covariateCount).map { column in
            guard !standardisation.constantColumns.contains(column), column != design.offset else { return 0 }
            guard let values = fitState.released.summaries[column].distinct, values.count == 2 else { return 2 }
            return abs(values[1] - values[0]) * standardisation.factor(column)
        }
    }

    private func everySlope(_ fitState: FitState) -> SeparationCheck.Found {
        let slopes = (0..<family.coefficientCount(regressors: design.expertPositions.count))
            .filter { !design.expertLayout.isIntercept($0) }
        return SeparationCheck.Found(
            experts: fitState.candidate.model.experts.map {
                family.response.isDiscrete && $0.fixed == nil ? Set(slopes) : []
            },
            gate: fitState.candidate.model.expertCount > 1 ? Set(design.gatePositions.indices.dropFirst()) : [])
    }

    private func prior(_ slopes: SeparationCheck.Found, _ fitState: FitState) -> SlopePrior {
        let units = units(fitState)
        let layout = design.expertLayout
        let count = family.coefficientCount(regressors: design.expertPositions.count)
        return SlopePrior(
            experts: slopes.experts.map { own in
                (0..<count).map { position in
                    guard own.contains(position), let index = layout.covariate(position) else { return 0 }
                    return units[design.expertCovariates[index]]
                }
            },
            gate: design.gatePositions.indices.map {
                slopes.gate.contains($0) ? units[design.gateCovariates[$0 - 1]] : 0
            },
            weight: 1 / fitState.rows.weightUnit)
    }

    /// The optimum with steep slopes brought near: far out a prior has no curvature.
    ///
    /// A single expert begins without slopes, for there is one maximum.
    private func start(_ fitState: FitState, _ prior: SlopePrior) -> MixtureModel {
        guard fitState.candidate.model.expertCount > 1 || fitState.candidate.held != HeldCoefficients() else {
            return modelWithoutSlopes(fitState.rows)
        }
        var model = fitState.candidate.model
        for (expert, units) in prior.experts.enumerated() {
            for (position, unit) in units.enumerated() where unit > 0 {
                let slope = model.experts[expert].coefficients[position]
                model.experts[expert].coefficients[position] = min(max(slope, -Self.start / unit), Self.start / unit)
            }
        }
        // As a whole: its borders stay where they are.
        var gate = model.gate.coefficients
        let steepest = prior.gate.enumerated().reduce(0) { steepest, regressor in
            (0..<gate.columnCount).reduce(steepest) { max($0, abs(gate[regressor.offset, $1]) * regressor.element) }
        }
        let factor = min(1, Self.start / max(steepest, .leastNormalMagnitude))
        for index in gate.storage.indices { gate.storage[index] *= factor }
        model.gate = SoftmaxGate(coefficients: gate)
        return model
    }

    /// What was found, by column.
    func separationWarnings(_ fitState: FitState, order: [Int]) -> [FitWarning] {
        guard let found = fitState.separated else { return [] }
        let isFinite = options.slopePrior != .none
        var warnings = [FitWarning]()
        for (index, column) in design.expertFeatures.enumerated() {
            let experts = order.indices.filter { new in
                found.experts[order[new]].contains { design.expertLayout.covariate($0) == index }
            }
            guard !experts.isEmpty else { continue }
            warnings.append(
                .separatedSlopes(covariate: column, experts: ExpertPositions(experts), prior: isFinite))
        }
        for (index, column) in design.gateFeatures.enumerated() where found.gate.contains(index + 1) {
            warnings.append(.separatedGate(covariate: column, prior: isFinite))
        }
        return warnings
    }
}
