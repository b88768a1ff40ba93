import Foundation
import MixtureOfExperts
import Numerics

/// Gates, standard errors and marginals.
extension ReleaseRounding {
    // MARK: Gate

    /// Against the last expert, whose coefficients stay 0; intercepts at the means of the covariates.
    ///
    /// Errors of different coefficients are independent, so that what they do to the likelihood is what each does alone. A saturated gate, which next to nothing
    /// determines, is rounded to half a unit of its predictor.
    func gate(_ fitted: FittedMixture, _ rounded: FittedMixture) -> SoftmaxGate {
        let design = fitted.model.design
        let pooled = Moments.sum(rounded.moments, count: design.covariateCount + 1)
        let means = design.gateCovariates.map { pooled.mean[$0] }
        let units = design.gateCovariates.map { pooled.variance($0).squareRoot() }
        var coefficients = fitted.model.gate.coefficients
        for gate in precision.gates.indices {
            let key = of(gate, fitted).of("gate")
            let information = precision.gates[gate]
            func error(_ row: Int) -> Double {
                let unit = row == 0 ? 1 : units[row - 1]
                let error = information[row] > 0 ? 1 / information[row].squareRoot() : .infinity
                return min(error, unit > 0 ? 1 / unit : error)
            }
            var intercept = coefficients[0, gate]
            for (slope, mean) in means.enumerated() { intercept += coefficients[slope + 1, gate] * mean }
            intercept = key.rounded(intercept, error: error(0), "(intercept)")
            for (slope, mean) in means.enumerated() where coefficients[slope + 1, gate] != 0 {
                coefficients[slope + 1, gate] = key.rounded(
                    coefficients[slope + 1, gate], error: error(slope + 1), design.gateFeatures[slope])
                intercept -= coefficients[slope + 1, gate] * mean
            }
            coefficients[0, gate] = GridStep(decimalBelow: 1e-4 * error(0))?.nearest(intercept) ?? intercept
        }
        return SoftmaxGate(coefficients: coefficients)
    }

    // MARK: Standard errors

    /// As they follow from the statistics where they do, else rounded as a covariance from so many rows is.
    func errors(_ fitted: FittedMixture, _ rounded: FittedMixture) -> ParameterUncertainty? {
        guard let errors = fitted.errors else { return nil }
        let rows = rounded.moments.map(\.effectiveRows)
        if let known = leastSquaresErrors(errors, fitted, rounded) { return known }
        return ParameterUncertainty(
            source: errors.source,
            experts: errors.experts.enumerated().map { index, own in
                own.released(of(index, fitted).of("error"), rows: rows[index])
            },
            gate: errors.gate.released(rounding.of("gate/\(fitted.moments.count)"), rows: rows.reduce(0, +)))
    }

    /// Of one expert fitted by least squares: σ² (X'X)⁻¹ and 2 / n, times what stands for degrees of freedom.
    private func leastSquaresErrors(
        _ errors: ParameterUncertainty, _ fitted: FittedMixture, _ rounded: FittedMixture
    ) -> ParameterUncertainty? {
        let columns = fitted.model.design.expertCovariates
        guard errors.source == .observed, errors.experts.count == 1, fitted.model.family is any ClosedFormFamily,
            fitted.prior == nil, fitted.withheldCovariances.isEmpty, errors.experts[0].undetermined.isEmpty,
            errors.experts[0].count == columns.count + 2, errors.experts[0].correlations != nil
        else { return nil }
        let own = errors.experts[0].standardErrors
        let slopes = columns.indices.filter { own[$0 + 1] > 0 }
        let (before, after) = (fitted.moments[0], rounded.moments[0])
        guard own[0] > 0, before.weight > 0,
            let factor = Cholesky(
                after.scatter.submatrix(rows: slopes.map { columns[$0] }, columns: slopes.map { columns[$0] }))
        else { return nil }
        let inflation = own[0] * own[0] * before.weight / fitted.model.experts[0].dispersion
        let exact = after.regression(on: slopes.map { columns[$0] }).residualVariance
        let variance = (GridStep(decimalBelow: 1e-6 * inflation)?.nearest(inflation) ?? inflation) * exact
        var covariance = Matrix(rowCount: own.count, columnCount: own.count)
        covariance[0, 0] = variance / after.weight
        covariance[own.count - 1, own.count - 1] = own[own.count - 1] > 0 ? 2 / after.weight : 0
        let inverse = factor.inverse
        for (column, second) in slopes.enumerated() {
            for (row, first) in slopes.enumerated() {
                covariance[first + 1, second + 1] = variance * inverse[row, column]
            }
        }
        return ParameterUncertainty(
            source: errors.source, experts: [ParameterCovariance(covariance).spelled(decimals: 5)], gate: errors.gate)
    }

    // MARK: Marginals

    /// Means of bins, each to half of its standard error by the distance of its neighbours, and shares; of two values the share follows from
    /// the mean of the covariate.
    func marginals(_ index: Int, _ fitted: FittedMixture, _ rounded: FittedMixture) -> [Marginal?] {
        let names = fitted.model.design.covariates
        return fitted.marginals[index].enumerated().map { column, own in
            own?.rounded(
                of(index, fitted).of("marginal").of(names[column]),
                rows: precision.sampled * rounded.moments[index].effectiveRows,
                mean: rounded.moments[index].mean[column])
        }
    }
}

extension ParameterCovariance {
    fileprivate func released(_ rounding: UnbiasedRounding, rows: Double) -> ParameterCovariance {
        guard let matrix else {
            let own = standardErrors.enumerated().map { index, error in
                rounding.of("error").rounded(
                    positive: error, relativeError: (1 / (2 * rows)).squareRoot(), "\(index)")
            }
            return ParameterCovariance(standardErrors: own, correlations: nil, undetermined: undetermined)
                .spelled(decimals: 3)
        }
        let spreads = standardErrors.map { _ in 2.0 }
        let regressions = SequentialRegressions(
            PackedSymmetric(lowerTriangleOf: matrix), names: standardErrors.indices.map { "\($0)" }
        ).rounded(rounding, rows: rows, spreads: spreads)
        return ParameterCovariance(regressions.covariance.matrix(), undetermined: undetermined)
            .spelled(decimals: min(max(regressions.digits - 5, 3), 7))
    }

    /// In no more digits than serve: errors of four significant ones.
    fileprivate func spelled(decimals: Int) -> ParameterCovariance {
        let step = GridStep(decimalBelow: 1.5 * pow(10, -Double(decimals)))
        return ParameterCovariance(
            standardErrors: standardErrors.map { GridStep(decimalBelow: 1e-3 * $0)?.nearest($0) ?? $0 },
            correlations: correlations?.map { min(max(step?.nearest($0) ?? $0, -1), 1) }, undetermined: undetermined)
    }
}

extension Marginal {
    /// - Parameters:
    ///   - rows: effective ones behind it.
    ///   - mean: of the column.
    fileprivate func rounded(_ rounding: UnbiasedRounding, rows: Double, mean: Double) -> Marginal {
        if let (low, high) = twoValues {
            let share = min(max((mean - low) / (high - low), 1 / Self.shareUnits), 1 - 1 / Self.shareUnits)
            return Marginal(bins: [
                Bin(share: 1 - share, mean: low, isAtom: true), Bin(share: share, mean: high, isAtom: true),
            ]).released
        }
        var result = bins
        let deviation = variance.squareRoot()
        var below = 0.0
        for index in bins.indices {
            let own = bins[index]
            let share = max(own.share, 1 / rows)
            if !hasUsualShares {
                let error = (share * (1 - share) / rows).squareRoot()
                result[index].share = max(
                    rounding.rounded(own.share, error: error, "share \(index)"), 1 / Self.shareUnits)
            }
            let center = min(max(below + 0.5 * share, 0), 1)
            below += own.share
            guard !own.isAtom, bins.count > 1 else { continue }
            let low = index > 0 ? own.mean - bins[index - 1].mean : bins[1].mean - own.mean
            let high = index + 1 < bins.count ? bins[index + 1].mean - own.mean : low
            // The error of a quantile, its density by the neighbours; no finer than means are spelled.
            let error = (center * (1 - center) / rows).squareRoot() * 0.5 * (low + high) / share
            result[index].mean = rounding.rounded(
                own.mean, error: max(error, 2e-3 * deviation), "mean \(index)")
        }
        // Ascending; values that rows have in common stay.
        for index in result.indices where !result[index].isAtom {
            let low = index > 0 ? result[index - 1].mean : -.infinity
            let high = bins[(index + 1)...].first(where: \.isAtom)?.mean ?? .infinity
            result[index].mean = min(max(result[index].mean, low), high)
        }
        // All bins together say the mean, and of that no more than the moments say.
        if bins.allSatisfy({ !$0.isAtom }), let digits = GridStep(decimalBelow: 2e-3 * deviation) {
            let shift = mean - Marginal(bins: result).mean
            for index in result.indices { result[index].mean = digits.nearest(result[index].mean + shift) }
        }
        return Marginal(bins: result).released
    }
}
