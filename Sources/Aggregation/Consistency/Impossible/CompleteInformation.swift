import MixtureOfExperts
import Numerics

/// The information on an expert's coefficients if it were known which rows are its own.
///
/// The observed information is less, by the missing information (Louis 1982).
struct CompleteInformation {
    private let expert: Expert
    private let moments: Moments
    private let design: Design
    private let layout: CoefficientLayout
    /// nil for families whose information follows from the moments.
    private let sums: PackedSymmetric?

    /// nil for an expert without rows.
    init?(_ fitted: FittedMixture, expert index: Int) {
        guard fitted.moments[index].weight > 0 else { return nil }
        expert = fitted.model.experts[index]
        moments = fitted.moments[index]
        design = fitted.model.design
        layout = design.expertLayout
        sums = fitted.information.isEmpty ? nil : fitted.information[index]
    }

    /// Of the information: a sandwich takes weights for probabilities of being drawn, whose unit says nothing of the rows.
    private func unit(_ source: ParameterUncertainty.Source) -> Double {
        source == .sandwich ? moments.effectiveRows / moments.weight : 1
    }

    // MARK: Single coefficients

    /// The variances of coefficients with a known error beside those of the rows; at least 1 but for rounding.
    func ratios(_ errors: ParameterCovariance, _ source: ParameterUncertainty.Source) -> [Double] {
        let unit = unit(source)
        return expert.coefficients.indices.compactMap { coefficient in
            guard let error = errors.standardError(coefficient), let information = information(coefficient) else {
                return nil
            }
            return error * error * (information * unit)
        }
    }

    /// With the intercept of its linear predictor free; nil where there is none.
    private func information(_ coefficient: Int) -> Double? {
        guard let sums else {
            let own = layout.covariate(coefficient).map { scatter($0, $0) } ?? moments.weight / expert.dispersion
            return own > 0 ? own : nil
        }
        let intercept = layout.intercept(of: layout.predictor(coefficient))
        let (common, free) = (sums[coefficient, intercept], sums[intercept, intercept])
        let own = sums[coefficient, coefficient]
        let information = coefficient == intercept || free <= 0 ? own : own - common * (common / free)
        // What is left of nearly equal terms is their rounding.
        return information > 0 && information > 1e-9 * own ? information : nil
    }

    /// About their means, in which the intercept is free.
    private func scatter(_ first: Int, _ second: Int) -> Double {
        moments.scatter[design.expertCovariates[first], design.expertCovariates[second]] / expert.dispersion
    }

    // MARK: Combinations of slopes

    /// The least variance of a linear combination of slopes beside that of the rows: an eigenvalue of Σ J; nil where it is not known.
    ///
    /// - Parameter slopes: those whose covariances `covariance` has.
    func smallestRatio(
        _ covariance: Matrix, _ slopes: [Int], _ source: ParameterUncertainty.Source
    ) -> Double? {
        guard let information = information(slopes) else { return nil }
        // In units in which the information is 1 on the diagonal: those of the covariates differ by orders of magnitude.
        let units = slopes.indices.map { max(information[$0, $0], .leastNormalMagnitude).squareRoot() }
        var (scaled, spread) = (information, covariance)
        for row in slopes.indices {
            for column in slopes.indices {
                scaled[row, column] /= units[row] * units[column]
                spread[row, column] *= units[row] * units[column]
            }
        }
        guard let factor = Cholesky(scaled)?.factor,
            let least = symmetricEigen(factor.transposed() * (spread * factor)).values.first, least.isFinite
        else { return nil }
        return least * unit(source)
    }

    /// With all intercepts free; nil where it is not positive definite in these.
    private func information(_ slopes: [Int]) -> Matrix? {
        guard let sums else {
            let covariates = slopes.compactMap { layout.covariate($0) }
            return Matrix(columns: covariates.map { second in covariates.map { scatter($0, second) } })
        }
        let intercepts = layout.intercepts(expert.coefficients.count).filter { sums[$0, $0] > 0 }
        guard let factor = Cholesky(sums.submatrix(rows: intercepts, columns: intercepts)) else { return nil }
        var result = sums.submatrix(rows: slopes, columns: slopes)
        for (column, second) in slopes.enumerated() {
            let solved = factor.solve(intercepts.map { sums[$0, second] })
            for (row, first) in slopes.enumerated() {
                result[row, column] -= zip(intercepts, solved).reduce(0) { $0 + sums[first, $1.0] * $1.1 }
            }
        }
        return result
    }
}
