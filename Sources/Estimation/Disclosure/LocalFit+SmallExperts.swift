import MixtureOfExperts

/// Experts with few rows: without slopes, or left out.
extension LocalFit {
    /// Takes the slopes of experts that describe too few rows for them, one after the other, and refits.
    func withInterceptOnlyExperts(
        _ candidate: Refinement.Candidate, _ rows: StandardisedRows, _ lasso: SlopeWeights?
    ) -> Refinement.Candidate {
        var current = candidate
        let selects = lasso.map { $0.experts > 0 } ?? false
        while let thin = InterceptOnlyExpert.thinnestRegression(current, selectsSlopes: selects) {
            var refinement = refinement(rows, start: 0, parallelism: parallelism, lasso)
            refinement.held = current.held
            refinement.held.interceptOnly.insert(thin)
            refinement.prior = current.prior
            current = refinement.optimum(
                from: InterceptOnlyExpert.start(
                    from: current, expert: thin,
                    rows: someRows(rows).ofRegressions(current.model.experts.compactMap(\.fixed), family)),
                emIterations: Self.emIterationsBeforeNewton)
        }
        return current
    }

    /// One expert with a mean and a variance.
    func withoutSlopes(_ rows: StandardisedRows) -> (starts: [FitReport.Start], candidates: [Refinement.Candidate]) {
        let start = startWithoutSlopes(someRows(rows))
        var refinement = refinement(rows, start: 0, parallelism: parallelism, nil)
        refinement.held.interceptOnly = [0]
        let candidate = refinement.optimum(from: start, emIterations: Self.emIterationsBeforeNewton)
        let report = FitReport.Start(
            strategy: .oneExpert,
            screenedLogLikelihoodPerRow: candidate.statistics.logLikelihood / candidate.statistics.weight,
            logLikelihood: nil, floorHits: candidate.floorHits)
        return ([report], [candidate])
    }

    /// Leaves out experts that describe fewer effective rows than may be released, and refits the others.
    func withoutSmallExperts(_ fitState: inout FitState) {
        while fitState.candidate.model.expertCount > 1 {
            let current = fitState.candidate
            guard let (expert, isDominated) = expertToLeaveOut(fitState) else { break }
            guard current.model.experts[expert].fixed?.distribution.isNoise != true else {
                leaveOutNoise(expert, &fitState)
                var refinement = refinement(fitState.rows, start: 0, parallelism: parallelism, fitState.lasso?.inner)
                (refinement.held, refinement.prior) = (fitState.candidate.held, fitState.candidate.prior)
                fitState.candidate = refinement.optimum(
                    from: fitState.candidate.model, emIterations: Self.emIterationsBeforeNewton)
                continue
            }
            let kept = current.model.experts.indices.filter { $0 != expert }
            var refinement = refinement(fitState.rows, start: 0, parallelism: parallelism, fitState.lasso?.inner)
            refinement.held = current.held.reordered(kept)
            refinement.prior = current.prior?.reordered(kept)
            let next = refinement.optimum(
                from: current.model.reordered(kept), emIterations: Self.emIterationsBeforeNewton)
            fitState.warnings.append(
                isDominated
                    ? .expertDominated(left: kept.count)
                    : .expertBelowMinimumRows(minimum: options.minRows, left: kept.count))
            fitState.reorder(kept)
            fitState.candidate = withInterceptOnlyExperts(next, fitState.rows, fitState.lasso?.inner)
        }
    }

    /// The expert of fewest rows where these are too few; else one whose spread of responses is that of one or two rows.
    private func expertToLeaveOut(_ fitState: FitState) -> (expert: Int, isDominated: Bool)? {
        let moments = fitState.candidate.statistics.expertMoments
        let effective = moments.map(\.effectiveRows)
        let model = fitState.candidate.model
        // The last expert with parameters stays: where it has too few rows there is no model.
        let candidates = model.experts.indices.filter { model.regressionCount > 1 || model.experts[$0].fixed != nil }
        if let smallest = candidates.min(by: { effective[$0] < effective[$1] }), effective[smallest] < options.minRows {
            return (smallest, false)
        }
        guard let rules = options.rules, family is any ClosedFormFamily else { return nil }
        let rule = DominanceRule(rules: rules)
        let parts = rule.parts(of: fitState.candidate.model, moments, fitState.rows, parallelism)
        return rule.dominated(parts, moments).first {
            $0.column == design.covariateCount && candidates.contains($0.expert)
                && model.experts[$0.expert].fixed == nil
        }.map { ($0.expert, true) }
    }
}
