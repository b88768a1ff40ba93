import MixtureOfExperts
import Numerics

extension CoefficientSums {
    /// In coordinates in which the information is diagonal, about the means of the covariates: as those of a release.
    ///
    /// - Parameters:
    ///   - exact: the moments of the expert.
    ///   - moments: as they are released, in standard units.
    func rounded(
        _ rounding: UnbiasedRounding, from exact: Moments, _ moments: Moments, _ design: Design
    ) -> CoefficientSums {
        guard isReleased, exact.weight > 0, moments.weight > 0 else { return self }
        let layout = design.expertLayout
        let means = score.indices.map { position in
            hasInformation(position)
                ? layout.covariate(position).map { moments.mean[design.expertCovariates[$0]] } ?? 0 : 0
        }
        let exactly = SequentialRegressions(
            (1 / exact.weight) * information.shifted(positions: means.map { -$0 }, layout),
            names: score.indices.map { "\($0)" })
        let regressions = exactly.rounded(
            rounding.of("information"), rows: moments.effectiveRows,
            spreads: [Double](repeating: 2, count: count))
        var result = self
        result.information = (moments.weight * regressions.covariance).spelled(digits: regressions.digits + 2)
            .shifted(positions: means, layout)
        // Sums of weights that differ vary more than their information.
        let rate = moments.squaredWeight / moments.weight
        result.score = scores(rounding.of("score"), means, regressions, weight: moments.weight, rate: rate, layout)
        result.dispersionScore = rounding.of("dispersion").rounded(
            dispersionScore, error: (max(dispersionInformation, 0) * rate).squareRoot(), "score")
        result.dispersionInformation = rounding.of("dispersion").rounded(
            positive: max(dispersionInformation, 0), relativeError: (2 / moments.effectiveRows).squareRoot(),
            "information")
        return result
    }

    private func scores(
        _ rounding: UnbiasedRounding, _ means: [Double], _ regressions: SequentialRegressions, weight: Double,
        rate: Double, _ layout: CoefficientLayout
    ) -> [Double] {
        func intercept(_ position: Int) -> Int { layout.intercept(of: layout.predictor(position)) }
        var values = regressions.solvedLower(score.indices.map { score[$0] - means[$0] * score[intercept($0)] })
        for position in values.indices {
            let variance = weight * regressions.variances[position] * rate
            values[position] =
                variance > 0 ? rounding.rounded(values[position], error: variance.squareRoot(), "\(position)") : 0
        }
        values = regressions.multiplied(values)
        return values.indices.map { position in
            means[position] == 0 ? values[position] : values[position] + means[position] * values[intercept(position)]
        }
    }
}
