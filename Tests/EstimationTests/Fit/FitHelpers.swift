import Estimation
import MixtureOfExperts
import Numerics
import TestSupport

extension LocalModel {
    /// A fit with few starts: enough where the data are easy.
    static func fitted(
        _ rows: ShardRows, _ design: Design = RandomData.design(2), experts: Int = 2,
        family: any ExpertFamily = GaussianFamily(), threads: Int = 1, _ change: (inout FitOptions) -> Void = { _ in }
    ) throws -> LocalModel {
        var options = FitOptions(expertCount: experts, starts: 5)
        change(&options)
        return try LocalFit(
            design: design, family: family, options: options, parallelism: Parallelism(threads: threads)
        ).fit(rows)
    }

    var coefficients: [Double] { model.experts.flatMap { $0.coefficients + [$0.dispersion] } }

    /// E[y | x] of the mixture, a value a row.
    func means(_ covariates: Matrix) -> [Double] {
        let gates = model.gateProbabilities(covariates)
        let predictors = model.predictors(covariates)
        return (0..<covariates.rowCount).map { dot(gates.row($0), predictors.row($0)) }
    }

    var warnings: [FitWarning] { report.warnings }
}

/// The error of a fit; nil where it succeeds.
func failure(_ fit: () throws -> LocalModel) -> EstimationError? {
    do {
        _ = try fit()
        return nil
    } catch {
        return error as? EstimationError
    }
}
