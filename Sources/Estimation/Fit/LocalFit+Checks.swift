import MixtureOfExperts

/// What a fit refuses.
extension LocalFit {
    func checkCancellation() throws(EstimationError) {
        if options.isCancelled { throw .cancelled }
    }

    /// - Parameters:
    ///   - total: with those that are left out.
    ///   - fixed: how many rows belong to point masses alone.
    /// - Throws: `tooFewRows`, `noModelPossible`.
    func checkCapacity(_ source: any RowSource, of total: Int, fixed: Int) throws(EstimationError) {
        let rows = max(source.countedRows(minRows: options.minRows, parallelism) - fixed, 0)
        let predictors = source.determinedPredictors(family, parallelism).count
        let needed = Capacity.minimumRows(
            design, family, predictors: predictors, minRows: options.minRows, isInterceptOnly: options.isInterceptOnly)
        guard rows >= needed else {
            throw total < needed
                ? .noModelPossible(rows: rows, needed: needed)
                : .tooFewReleasedRows(rows: rows, of: total, needed: needed)
        }
        let largest = Capacity.largest(
            rows: rows, design: design, family: family, predictors: predictors, minRows: options.minRows)
        guard options.isInterceptOnly || options.expertCount <= largest else {
            throw .tooFewRows(rows: rows, experts: options.expertCount, largest: largest)
        }
        for model in options.initialModels {
            guard model.design == design, model.family.isSame(as: family) else {
                throw .startOfAnotherDesign
            }
            guard model.regressionCount == options.expertCount else {
                throw .startOfAnotherSize(experts: model.regressionCount, asked: options.expertCount)
            }
        }
    }

    func check(
        _ standardisation: Standardisation, _ summaries: [ColumnSummary], _ disclosure: Disclosure
    ) throws(EstimationError) {
        let names = design.covariates + [design.target]
        if let column = standardisation.columnOutOfRange(summaries) { throw .valuesTooLarge(column: names[column]) }
        if family.standardisesResponses, standardisation.constantColumns.contains(design.covariateCount) {
            let summary = summaries[design.covariateCount]
            throw summary.distinct?.count == 1
                ? .constantResponse(target: design.target, value: summary.mean)
                : .responsesTooClose(target: design.target)
        }
        if let usual = disclosure.usualResponseIfRare {
            throw .rareResponse(target: design.target, value: usual, minimum: options.minRows)
        }
    }

    /// A single expert cannot be left out: very unequal weights may let it describe a few rows, or one.
    func checkDisclosure(_ candidate: Refinement.Candidate) throws(EstimationError) {
        guard isReleased(candidate) else {
            throw .unequalWeights(
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
}
