import MixtureOfExperts
import Numerics

/// The weighted fit of an expert with a closed one, less λ |slopes|₁, from moments of its rows.
///
/// Closed fits are least squares. At a given dispersion φ the slopes minimise ½ b'Sb - b's + λφ |b|₁, and at given slopes the
/// dispersion is the mean squared residual; both in turn raise Q(β, φ) = -½ n log φ - RSS/2φ - λ|b|₁ in every step.
enum LassoRegression {
    private static let mostTurns = 20

    /// - Parameters:
    ///   - expert: where the turns begin.
    ///   - weight: λ of a slope.
    static func expert(
        _ moments: Moments, on covariates: [Int], from expert: Expert, hasDispersion: Bool, dispersionFloor: Double,
        weight: (_ slope: Double) -> Double
    ) -> Expert {
        let scatter = moments.scatter.submatrix(rows: covariates, columns: covariates)
        let products = covariates.map { moments.scatter[$0, moments.count - 1] }
        var result = expert
        for _ in 0..<mostTurns {
            let slopes = Array(result.coefficients.dropFirst())
            let fitted = LassoQuadratic(
                curvature: scatter, gradient: zip(products, scatter * slopes).map(-),
                weights: slopes.map { weight($0) * result.dispersion }
            ).minimum(from: slopes)
            let intercept = moments.mean[moments.count - 1] - dot(fitted, covariates.map { moments.mean[$0] })
            result.coefficients = [intercept] + fitted
            guard hasDispersion else { break }
            let before = result.dispersion
            result.dispersion = max(
                moments.meanSquaredResidual(of: result.coefficients, on: covariates), dispersionFloor)
            if abs(result.dispersion - before) <= 1e-12 * before { break }
        }
        return result
    }
}
