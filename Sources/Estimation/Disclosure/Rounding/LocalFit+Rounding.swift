import MixtureOfExperts
import Numerics

extension LocalFit {
    /// The rounding of a release; nil where numbers stay exact.
    var rounding: UnbiasedRounding? {
        options.rules == nil ? nil : options.roundingKey.map { UnbiasedRounding(key: $0) }
    }

    /// A release as others get it.
    ///
    /// - Parameter spreads: of each expert, by column: kurtosis less 1.
    func rounded(_ local: LocalModel, _ fitState: FitState, spreads: [[Double]]) -> LocalModel {
        guard let rounding else { return local }
        var result = local
        let effective = local.fitted.moments.reduce(0) { $0 + $1.effectiveRows }
        let rounded = ReleaseRounding(
            rounding: rounding,
            precision: ReleaseRounding.Precision(
                spreads: spreads, gates: gatePrecision(local.fitted, fitState.rows, effectiveRows: effective),
                sampled: min(1, Double(Self.mostRowsOfMarginals) / Double(max(fitState.rows.rowCount, 1)))),
            minimumRows: options.minRows
        ).rounded(local.fitted)
        result.fitted = rounded
        result.fitted.roundingStep = UnbiasedRounding.step
        result.report = local.report.rounded(
            rounding, weight: rounded.weight, squaredWeight: rounded.moments.reduce(0) { $0 + $1.squaredWeight })
        result.report.disclosure?.leastEffectiveRows = rounded.moments.map(\.effectiveRows).min() ?? 0
        return result
    }

    /// Of each gate but the last the diagonal of its information, in the user's units about the center of the covariates.
    private func gatePrecision(
        _ fitted: FittedMixture, _ rows: StandardisedRows, effectiveRows: Double
    ) -> [[Double]] {
        guard fitted.model.expertCount > 1 else { return [] }
        let statistics = rows.standardisation.standardised(fitted.model).statistics(
            of: rows, level: .expectationMaximization, parallelism: parallelism)
        let sums = GateSums(statistics, design)
        let rate = effectiveRows / statistics.weight
        return (0..<fitted.model.expertCount - 1).map { gate in
            let scales = [1] + design.gateCovariates.map { rows.standardisation.scale[$0] }
            return zip(sums.diagonal(gate), scales).map { $0 * ($1 * $1) * rate }
        }
    }
}
