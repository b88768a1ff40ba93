import Foundation
import MixtureOfExperts
import Numerics

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

    /// Responses η + 1.5 sin(12.9898 (i + 1)).
    ///
    /// scikit-learn 1.9.1, `Lasso(alpha, tol=1e-14)`, minimises RSS/2n + alpha |b|₁; that is the optimum of -½ n log σ² - RSS/2σ² - c
    /// |b|₁ where σ² = RSS/n and c = alpha n / σ².
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

    /// Of an open fit: the objective Σ log φ - c |b|₁, slopes of x over its deviation, and the coefficients of x as it is.
    struct Open: Sendable {
        var weight: Double
        var objective: Double
        var slopes: [Double]
    }

    /// 1 where 0.6 η + 2 sin(78.233 (i + 1)) > 1, else 0.
    ///
    /// scikit-learn 1.9.1, `LogisticRegression(penalty="l1", solver="saga", C=1/c)`.
    static let binary = [
        Open(
            weight: 2, objective: -74.39060222918842,
            slopes: [0.4950537784, -0.3951891608, 0, 0.1569520759, 0.03297619948, 0.003644986816]),
        Open(
            weight: 8, objective: -80.49728374886065,
            slopes: [0.1798983099, -0.1961758791, 0, 0.06965821988, 0, 0]),
    ]

    static var binaryRows: ShardRows {
        ShardRows(
            covariates: covariates,
            responses: predictors.indices.map {
                0.6 * predictors[$0] + 2 * sin(78.233 * (Double($0) + 1)) > 1 ? 1 : 0
            })
    }

    /// ⌊exp(0.25 η) + 1.5 |sin(78.233 (i + 1))|⌋.
    ///
    /// statsmodels 0.15.0, `GLM(…, Poisson()).fit_regularized(alpha=c/n, L1_wt=1)`.
    static let poisson = [
        Open(
            weight: 5, objective: -161.62897224341523,
            slopes: [0.2043687462, -0.1367880202, 0.0107186567, 0, 0.008863599404, 0]),
        Open(weight: 30, objective: -167.9658468112491, slopes: [0.071843648, -0.05871603003, 0, 0, 0, 0]),
        Open(weight: 80, objective: -169.07947552619112, slopes: [0, 0, 0, 0, 0, 0]),
    ]

    static var poissonRows: ShardRows {
        ShardRows(
            covariates: covariates,
            responses: predictors.indices.map {
                (exp(0.25 * predictors[$0]) + 1.5 * abs(sin(78.233 * (Double($0) + 1)))).rounded(.down)
            })
    }
}
