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
            current = refinement.optimum(
                from: InterceptOnlyExpert.start(from: current, expert: thin, rows: someRows(rows)),
                emIterations: Self.emIterationsBeforeNewton)
        }
        return current
    }

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
}
