import MixtureOfExperts
import Numerics

/// How many experts a number of rows can support.
package enum Capacity {
    /// Rows for each free parameter below which a shard is given fewer experts: with less, experts follow single rows.
    ///
    /// Too few experts cost more than poor ones: an expert that covers several groups fits none, and an aggregation cannot part
    /// them, while the errors of many poor experts average out. Synthetic, 128 shards of 625 rows, 43 parameters an expert: 5 rows
    /// a parameter lost 1.99 of log-likelihood per row against the pooled fit, 3 lost 0.9, 2 lost 0.0003; 400 shards of the Beijing
    /// rows: -3.916, -3.874, -3.874.
    package static let rowsPerParameter = 2

    /// The least rows for one expert: more than its coefficients, and not below the disclosure limit.
    ///
    /// - Parameter predictors: linear predictors of an expert that the rows determine, where these are not all: a site may lack classes.
    package static func minimumRows(
        _ design: Design, _ family: any ExpertFamily = GaussianFamily(), predictors: Int? = nil, minRows: Double,
        isInterceptOnly: Bool = false
    ) -> Int {
        let regressors = isInterceptOnly ? 1 : design.expertPositions.count
        let coefficients =
            family.coefficientCount(regressors: regressors) - unknown(regressors, family, predictors)
        return max(Int(minRows.rounded(.up)), coefficients + 2)
    }

    /// The most experts that a fit accepts.
    package static func largest(
        rows: Int, design: Design, family: any ExpertFamily = GaussianFamily(), predictors: Int? = nil, minRows: Double
    ) -> Int {
        rows / minimumRows(design, family, predictors: predictors, minRows: minRows)
    }

    /// The number of experts for a shard of a study that asks for `asked`: as many as its rows can support well.
    package static func advisable(
        rows: Int, asked: Int, design: Design, family: any ExpertFamily = GaussianFamily(), predictors: Int? = nil,
        minRows: Double, rowsPerParameter: Int = rowsPerParameter
    ) -> Int {
        let parameters =
            design.parametersPerExpert(family) - unknown(design.expertPositions.count, family, predictors)
        let carried = rows / max(1, rowsPerParameter) / parameters
        let largest = Self.largest(rows: rows, design: design, family: family, predictors: predictors, minRows: minRows)
        return min(asked, max(carried, 1), largest)
    }

    /// What rows that are there support.
    package struct Support: Sendable, Equatable {
        package var experts: Int
        /// Whether they are too few for the slopes of a single regression.
        package var isInterceptOnly = false

        package init(experts: Int, isInterceptOnly: Bool = false) {
            self.experts = experts
            self.isInterceptOnly = isInterceptOnly
        }
    }

    /// The experts for rows whose owner takes fewer than asked for.
    ///
    /// Fewer rows than a regression has coefficients, and two more, get one expert without slopes, a mean and a variance: that is the
    /// model of these rows with the least error, where any slope would follow single rows. It is made where the model stays with the
    /// owner of the rows alone; of many sites one with so few rows says nothing of any slope, and is left out.
    ///
    /// - Throws: `noModelPossible` where they support none.
    package static func support(
        of rows: any RowSource, asked: Int, design: Design, family: any ExpertFamily, minRows: Double,
        rowsPerParameter: Int, parallelism: Parallelism
    ) throws(EstimationError) -> Support {
        let count = rows.countedRows(minRows: minRows, parallelism)
        let predictors = rows.determinedPredictors(family, minRows: minRows, parallelism).count
        let most = advisable(
            rows: count, asked: asked, design: design, family: family, predictors: predictors, minRows: minRows,
            rowsPerParameter: rowsPerParameter)
        if most > 0 { return Support(experts: most) }
        let isOwn = minRows <= 1
        let needed = minimumRows(
            design, family, predictors: predictors, minRows: minRows, isInterceptOnly: isOwn)
        guard isOwn, count >= needed else { throw .noModelPossible(rows: count, needed: needed) }
        return Support(experts: 1, isInterceptOnly: true)
    }

    /// Coefficients of an expert that the rows do not determine.
    private static func unknown(_ regressors: Int, _ family: any ExpertFamily, _ predictors: Int?) -> Int {
        max(0, family.predictorCount - max(1, predictors ?? family.predictorCount)) * regressors
    }
}
