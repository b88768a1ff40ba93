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
        _ design: Design, _ family: any ExpertFamily = GaussianFamily(), predictors: Int? = nil, minRows: Double
    ) -> Int {
        let coefficients =
            family.coefficientCount(regressors: design.expertPositions.count)
            - unknown(design, family, predictors)
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
        let parameters = design.parametersPerExpert(family) - unknown(design, family, predictors)
        let carried = rows / max(1, rowsPerParameter) / parameters
        let largest = Self.largest(rows: rows, design: design, family: family, predictors: predictors, minRows: minRows)
        return min(asked, max(carried, 1), largest)
    }

    /// ``advisable(rows:asked:design:family:predictors:minRows:rowsPerParameter:)`` for rows that are there.
    ///
    /// - Throws: `noModelPossible` where they support none.
    package static func advisable(
        for rows: any RowSource, asked: Int, design: Design, family: any ExpertFamily, minRows: Double,
        rowsPerParameter: Int, parallelism: Parallelism
    ) throws(EstimationError) -> Int {
        let predictors = rows.determinedPredictors(family, minRows: minRows, parallelism).count
        let most = advisable(
            rows: rows.rowCount, asked: asked, design: design, family: family, predictors: predictors, minRows: minRows,
            rowsPerParameter: rowsPerParameter)
        guard most > 0 else {
            throw .noModelPossible(
                rows: rows.rowCount, needed: minimumRows(design, family, predictors: predictors, minRows: minRows))
        }
        return most
    }

    /// Coefficients of an expert that the rows do not determine.
    private static func unknown(_ design: Design, _ family: any ExpertFamily, _ predictors: Int?) -> Int {
        max(0, family.predictorCount - max(1, predictors ?? family.predictorCount)) * design.expertPositions.count
    }
}
