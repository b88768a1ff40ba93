import Foundation
import MixtureOfExperts
import Numerics

/// The conjugate prior of one row: β | σ² ~ N(0, σ² I), σ² ~ inverse gamma (½, ½ s), in pooled standard units.
struct MergingPrior: Sendable {
    let positions: [Int]
    /// s: the mean residual variance of the components.
    let variance: Double

    init(_ components: [GreedyMerging.Group], _ design: Design) {
        positions = design.expertCovariates + [design.covariateCount]
        let residuals = components.reduce(0) {
            $0 + $1.moments.weight * $1.moments.regression(on: design.expertCovariates).residualVariance
                + $1.dispersion
        }
        variance = max(residuals / components.reduce(0) { $0 + $1.moments.weight }, 1e-10)
    }

    /// Of a regression, without the factor (2π)^(-n/2) that is the same for every grouping.
    func logEvidence(_ group: GreedyMerging.Group) -> Double {
        if let sum = group.information { return logEvidence(sum) }
        guard let factor = Cholesky(penalisedGram(group))?.factor else { return 0 }
        // The last pivot is what the regression leaves of the response's sum of squares.
        let last = factor.rowCount - 1
        let logDeterminant = (0..<last).reduce(0) { $0 + 2 * log(factor[$1, $1]) }
        let shape = 0.5 * (1 + group.moments.weight)
        let rate = 0.5 * factor[last, last] * factor[last, last]
        return 0.5 * log(0.5 * variance) - lgamma(0.5) + lgamma(shape) - shape * log(rate) - 0.5 * logDeterminant
    }

    /// Σ z z' with z = (1, x, y), and the prior on its diagonal; what experts vary about their means belongs to y alone.
    private func penalisedGram(_ group: GreedyMerging.Group) -> Matrix {
        var gram = group.moments.gram(of: positions)
        let response = gram.rowCount - 1
        for index in 0..<response { gram[index, index] += 1 }
        gram[response, response] += variance + group.dispersion
        return gram
    }

    /// Of coefficients that are known by their information alone, with prior N(0, I): ½ b'(I + ΣI_l)⁻¹b - ½ log|I + ΣI_l|, b = ΣI_lβ_l,
    /// without what is the same for every grouping.
    private func logEvidence(_ sum: InformationSum) -> Double {
        var precision = sum.information.matrix()
        for index in 0..<precision.rowCount { precision[index, index] += 1 }
        guard let factor = Cholesky(precision) else { return 0 }
        return 0.5 * dot(sum.score, factor.solve(sum.score)) - 0.5 * factor.logDeterminant
    }
}
