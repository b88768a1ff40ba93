import MixtureOfExperts
import Numerics

/// From starts to optima on all rows.
extension LocalFit {
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

    func someRows(_ rows: StandardisedRows) -> ShardRows {
        var random = RandomNumbers(seed: options.seed).split(-5)
        return rows.chosen(random.sample(StartSearch.comparisonRows, below: rows.rowCount).sorted())
    }
}
