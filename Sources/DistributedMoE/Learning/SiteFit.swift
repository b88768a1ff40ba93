import Estimation
import MixtureOfExperts
import Numerics

/// The fit of one site of many, with as many experts as its rows support.
package struct SiteFit: Sendable {
    package let design: Design
    package let family: any ExpertFamily
    /// `expertCount` is what a site gets if its rows support it.
    package let options: FitOptions
    /// A site with fewer rows for each free parameter gets fewer experts.
    package let rowsPerParameter: Int

    package init(design: Design, family: any ExpertFamily, options: FitOptions, rowsPerParameter: Int) {
        self.design = design
        self.family = family
        self.options = options
        self.rowsPerParameter = rowsPerParameter
    }

    /// - Parameter rows: none of weight 0.
    /// - Throws: ``EstimationError`` where the rows support no model.
    package func fit(
        _ rows: any RowSource, parallelism: Parallelism, progress: FitProgressHandler? = nil
    ) throws(EstimationError) -> LocalModel {
        try SaturationRule(options.rules).fit(rows.rowCount, experts: options.expertCount) {
            (most: Int) throws(EstimationError) in
            guard most < options.expertCount else { return try supported(rows, parallelism, progress) }
            let support = Capacity.Support(experts: max(most, 1), isInterceptOnly: most == 0)
            return try fit(rows, support, parallelism, progress)
        }
    }

    private func supported(
        _ rows: any RowSource, _ parallelism: Parallelism, _ progress: FitProgressHandler?
    ) throws(EstimationError) -> LocalModel {
        let support = try Capacity.support(
            of: rows, asked: options.expertCount, design: design, family: family, minRows: options.minRows,
            rowsPerParameter: rowsPerParameter, parallelism: parallelism)
        var fitted = support.experts
        var local: LocalModel
        do throws(EstimationError) {
            local = try fit(rows, support, parallelism, progress)
        } catch {
            // Rows that are withheld do not support experts.
            guard case .tooFewRows(let released, _, let largest) = error else { throw error }
            let predictors = rows.determinedPredictors(family, minRows: options.minRows, parallelism).count
            fitted = min(
                largest,
                Capacity.advisable(
                    rows: released, asked: largest, design: design, family: family, predictors: predictors,
                    minRows: options.minRows, rowsPerParameter: rowsPerParameter))
            guard fitted > 0 else { throw error }
            local = try fit(rows, Capacity.Support(experts: fitted), parallelism, progress)
        }
        if fitted < options.expertCount {
            local.report.settings.experts = options.expertCount
            local.report.settings.rowsPerParameter = rowsPerParameter
            local.report.warnings.append(
                .fewerExperts(asked: options.expertCount, fitted: fitted, rows: rows.rowCount))
        }
        return local
    }

    private func fit(
        _ rows: any RowSource, _ support: Capacity.Support, _ parallelism: Parallelism, _ progress: FitProgressHandler?
    ) throws(EstimationError) -> LocalModel {
        var options = options
        // Starts with more experts are none.
        if support.experts < options.expertCount { options.initialModels = [] }
        options.expertCount = support.experts
        options.isInterceptOnly = support.isInterceptOnly
        return try LocalFit(
            design: design, family: family, options: options, parallelism: parallelism, progress: progress
        ).fit(rows)
    }
}
