import Foundation
import LinearAlgebra
import MixtureOfExperts

/// One expert with a lasso as public tools fit it.
///
/// Rows i = 0, 1, …, covariates j = 0, …: x = (1 + j) sin(0.7 (i + 1)(j + 1) + j) + 0.3 cos(0.2 i), η = 1 + x'b. Coefficients are
/// those of x as it is; the penalty is on slopes of x over its standard deviation (divisor n - 1).
enum LassoReference {
    static let rowCount = 120
    private static let coefficients = [1.5, -0.8, 0, 0, 0.1, 0.02]

    static let covariates = Matrix(
        columns: coefficients.indices.map { column in
            (0..<rowCount).map { row in
                let (i, j) = (Double(row), Double(column))
                return (1 + j) * sin(0.7 * (i + 1) * (j + 1) + j) + 0.3 * cos(0.2 * i)
            }
        })

    static let predictors = (covariates * coefficients).map { 1 + $0 }

    /// Responses η + 1.5 sin(12.9898 (i + 1)). scikit-learn 1.9.1, `Lasso(alpha, tol=1e-14)`, minimises RSS/2n + alpha |b|₁; that is the
    /// optimum of -½ n log σ² - RSS/2σ² - c |b|₁ where σ² = RSS/n and c = alpha n / σ².
    static let gaussian: [(weight: Double, variance: Double, slopes: [Double])] = [
        (30.269453177488185, 1.5857570904418674, [1.0216219033, -0.509009655216, 0, 0, 0, 0]),
        (10.386897361698383, 1.1553016826997755, [1.42952695109, -0.730389085572, 0, 0, 0.0725456778881, 0]),
        (
            2.1474424962323617, 1.117608506030194,
            [1.5354740137, -0.790193477076, 0, 0, 0.0953647030594, 0.0170104897043]
        ),
    ]

    static var gaussianRows: ShardRows {
        let noise = (0..<rowCount).map { 1.5 * sin(12.9898 * (Double($0) + 1)) }
        return ShardRows(covariates: covariates, responses: zip(predictors, noise).map(+))
    }
}
