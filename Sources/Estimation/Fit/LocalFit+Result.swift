import Messages
import MixtureOfExperts

/// What is released of an optimum.
extension LocalFit {
    func localModel(_ fitState: FitState, standardErrors: StandardErrorMethod) -> LocalModel {
        let exact = exactModel(fitState, standardErrors: standardErrors)
        return rounded(exact.local, fitState, spreads: exact.spreads)
    }

    /// What the rules let out, not rounded yet.
    func exactModel(
        _ fitState: FitState, standardErrors: StandardErrorMethod
    ) -> (local: LocalModel, spreads: [[Double]]) {
        let (candidate, rows) = (fitState.candidate, fitState.rows)
        let disclosure = fitState.released.disclosure
        let complete = summary(fitState)
        let held = candidate.held.reordered(complete.orderOfWeight)
        var (fitted, left) = disclosure.withoutRareColumns(complete.inOrderOfWeight(), rows, parallelism)
        let dominance = withoutDominatedColumns(&fitted, of: complete.inOrderOfWeight(), rows)
        fitted.refitResiduals(after: complete.inOrderOfWeight().model)
        let dominated = zip(fitState.dominatedColumns.indices, complete.orderOfWeight).map {
            fitState.dominatedColumns[$1].union(dominance.columns[$0])
        }
        // Refitted, an expert may have no row left with the value; its slope is held all the same.
        left += heldColumns(held, experts: complete.model.expertCount).filter { held in
            !left.contains { $0.column == held.column && $0.expert == held.expert }
        }
        left.removeAll { dominated[$0.expert].contains($0.column) }
        let errors = errors(standardErrors, of: fitted, rows, disclosure, held: held)
        fitted.errors = errors.released
        var released = rows.standardisation.inUserUnits(fitted).scaled(by: rows.weightUnit)
        if options.wantsMarginals {
            released.marginals = marginals(
                of: complete.inOrderOfWeight().model, fitted.moments, rows, fitState.released)
        }
        released.errors = released.errors?.released
        if options.rules != nil { released.withholdCovariances(of: released.expertsBelowCovarianceRows) }
        let warnings =
            warnings(fitState, fitted, left, interceptOnly: held.interceptOnly)
            + dominanceWarnings(dominated) + covarianceWarnings(released)
            + separationWarnings(fitState, order: complete.orderOfWeight) + errors.warnings
        released.withheldColumns = warnings.withheldColumns(of: design.covariates, released.moments)
        // Slopes of columns that an expert may not show are not in the model that is released.
        let logLikelihood =
            fitted.model == complete.inOrderOfWeight().model
            ? candidate.statistics.logLikelihood
            : fitted.model.statistics(of: rows, level: .likelihood, parallelism: parallelism).logLikelihood
        var report = report(fitState, logLikelihood: logLikelihood, warnings: warnings)
        if options.rules != nil { report.disclosure = figures(report, released, dominance) }
        return (LocalModel(fitted: released, report: report), dominance.spreads)
    }

    /// What the rows say, the experts in the order of the candidate.
    private func summary(_ fitState: FitState) -> FittedMixture {
        var result = fitState.candidate.fitted(rowCount: fitState.rows.rowCount)
        result.suppressedClasses = fitState.withheldClasses
        let shares = result.moments.map { $0.weight / result.weight }
        result.suppressedCounts = result.suppressedClasses.indices.map { expert in
            result.suppressedClasses[expert].map {
                fitState.suppressedCount(of: $0, expert: expert, share: shares[expert])
            }
        }
        if let lasso = fitState.lasso {
            result.selection = lasso.selection(of: fitState.candidate)
            result.scores = fitState.candidate.scores
        } else if let prior = fitState.candidate.prior {
            result.prior = prior
            result.scores = fitState.candidate.scores
        }
        return result
    }

    /// - Parameters:
    ///   - left: columns left out of the statistics of some experts.
    ///   - interceptOnly: experts without slopes.
    private func warnings(
        _ fitState: FitState, _ fitted: FittedMixture, _ left: [Disclosure.RareColumn], interceptOnly: Set<Int>
    ) -> [FitWarning] {
        let candidate = fitState.candidate
        var warnings = fitState.released.warnings + fitState.warnings + classWarnings(fitted, fitState.released)
        let names = design.covariates + [design.target]
        for (column, pairs) in Dictionary(grouping: left, by: \.column).sorted(by: { $0.key < $1.key }) {
            warnings.append(
                .statisticsLeftOut(
                    column: names[column], experts: ExpertPositions(pairs.map(\.expert).sorted()),
                    minimum: options.minRows))
        }
        if !interceptOnly.isEmpty {
            warnings.append(.interceptOnlyExpert(experts: ExpertPositions(interceptOnly.sorted())))
        }
        let atFloor = fitted.model.floorHits(options.varianceFloor)
        if !atFloor.isEmpty { warnings.append(.varianceFloor(experts: ExpertPositions(atFloor))) }
        if !candidate.converged { warnings.append(.notConverged(iterations: candidate.trace.count - 1)) }
        return warnings
    }

    private func report(_ fitState: FitState, logLikelihood: Double, warnings: [FitWarning]) -> FitReport {
        let (candidate, rows) = (fitState.candidate, fitState.rows)
        // Densities of y in the user's units differ by the Jacobian of the standardisation, where they are densities.
        let jacobian = rows.standardisation.logResponseScale * candidate.shareOfDensities
        let weight = candidate.statistics.weight
        var report = FitReport(
            logLikelihood: rows.inUserUnits(logLikelihood, candidate),
            trace: candidate.trace.map { $0 / weight - jacobian },
            stopReason: candidate.converged ? .converged : .maxIterations, iterations: candidate.trace.count - 1,
            settings: FitSettings(options),
            starts: fitState.starts.map {
                $0.inUserUnits(jacobian: jacobian, weight: weight, weightUnit: rows.weightUnit)
            },
            warnings: warnings)
        report.leftOutRows = fitState.leftOutRows
        report.freeParameters = freeParameters(candidate, rows)
        report.lasso = fitState.lasso?.report(nonzeroParameters: report.freeParameters)
        return report
    }

    /// Columns and experts whose slopes are held in every predictor, other than experts that are held whole.
    private func heldColumns(_ held: HeldCoefficients, experts: Int) -> [Disclosure.RareColumn] {
        let intercepts = (0..<family.predictorCount).map { design.expertLayout.intercept(of: $0) }
        return (0..<experts).filter { expert in !intercepts.allSatisfy { held[expert].contains($0) } }
            .flatMap { expert in
                design.expertCovariates.enumerated().filter { entry in
                    intercepts.allSatisfy { held[expert].contains($0 + entry.offset + 1) }
                }.map { Disclosure.RareColumn(column: $0.element, expert: expert, value: 0) }
            }
    }

    /// Of classes that are withheld of some experts only.
    private func classWarnings(_ fitted: FittedMixture, _ released: ReleasedRows) -> [FitWarning] {
        (family.response.classes ?? []).enumerated().compactMap { code, name in
            let experts = fitted.suppressedClasses.indices.filter { fitted.suppressedClasses[$0].contains(code) }
            guard !experts.isEmpty, released.rareClasses[code] == nil else { return nil }
            return .classWithheld(class: name, experts: ExpertPositions(experts), minimum: options.minRows)
        }
    }
}

extension Refinement.Candidate {
    /// With the moments and the information of each expert.
    ///
    /// Codes of classes are no measurements, and have no moments.
    fileprivate func fitted(rowCount: Int) -> FittedMixture {
        let design = model.design
        var moments = statistics.expertMoments
        if case .classes = model.family.response {
            moments = moments.map { $0.withConstant(design.covariateCount, value: 0) }
        }
        // What the rows of noise respond is disclosed by nothing else.
        for (index, expert) in model.experts.enumerated() {
            guard let fixed = expert.fixed?.distribution else { continue }
            moments[index] = moments[index].withConstant(design.covariateCount, value: fixed.mean)
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
