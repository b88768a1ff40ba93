import MixtureOfExperts
import Numerics

extension RoundStatistics {
    /// Sums of a round, rounded as a release is: in half standard errors, without bias.
    ///
    /// - Parameters:
    ///   - spreads: of each expert, by column: kurtosis less 1.
    ///   - isWhole: whether nothing was withheld, so that the moments bound the log-likelihood.
    func rounded(
        _ rounding: UnbiasedRounding, at model: MixtureModel, spreads: [[Double]], minimumRows: Double,
        isWhole: Bool, _ standardisation: Standardisation
    ) -> RoundStatistics {
        let release = ReleaseRounding(
            rounding: rounding.of("round"), precision: ReleaseRounding.Precision(spreads: spreads, gates: []),
            minimumRows: minimumRows)
        let effective = moments.reduce(0) { $0 + $1.effectiveRows }
        let total = moments.reduce(0) { $0 + $1.weight }
        let weights = release.weights(of: moments, rowCount: rowCount)
        var result = self
        result.isRounded = true
        result.moments = moments.indices.map { expert in
            release.moments(moments[expert], model, weights[expert], expert, of: moments.count)
        }
        if total > 0 { result.weight = weight * result.moments.reduce(0) { $0 + $1.weight } / total }
        let gate = gate.rounded(
            rounding.of("round gate"), rowsPerWeight: weight > 0 ? effective / weight : 1, weight: weight,
            squares: [result.weight]
                + model.design.gateCovariates.map { column in
                    result.moments.filter { $0.weight > 0 }.map(standardisation.standardised).reduce(0) {
                        $0 + $1.scatter[column, column] + $1.weight * $1.mean[column] * $1.mean[column]
                    }
                })
        result.gate = gate
        result.coefficients = coefficients.enumerated().map { expert, own in
            own.rounded(
                rounding.of("round coefficients").of("\(expert + 1)/\(coefficients.count)"), from: moments[expert],
                standardisation.standardised(result.moments[expert]), model.design)
        }
        let error = (0.5 * moments.reduce(0) { $0 + $1.squaredWeight }).squareRoot()
        result.logLikelihood = rounding.rounded(logLikelihood, error: error, "round logLikelihood")
        if isWhole, let most = result.largestLogLikelihoodPerRow(at: model) {
            result.logLikelihood = min(result.logLikelihood, result.weight * most)
        }
        return result
    }
}

extension GateSums {
    /// - Parameters:
    ///   - rowsPerWeight: effective ones.
    ///   - weight: of all rows.
    ///   - squares: Σ w z_j², by what is rounded: no pair has more than a quarter.
    fileprivate func rounded(
        _ rounding: UnbiasedRounding, rowsPerWeight: Double, weight: Double, squares: [Double]
    ) -> GateSums {
        guard weight > 0 else { return self }
        let size = squares.count
        let pairs = pairs.enumerated().map { index, pair in
            // Of fewer rows it has what an average pair has.
            let rows = max(4 * rowsPerWeight * pair[0, 0], 10)
            guard pair[0, 0] > 0 else { return pair }
            let regressions = SequentialRegressions(
                (1 / weight) * pair, names: (0..<size).map { "\($0)" }
            ).rounded(
                rounding.of("pair \(index)"), rows: rows, spreads: [Double](repeating: 2, count: size))
            let own = (weight * regressions.covariance).spelled(digits: regressions.digits)
            let share = (0..<size).reduce(1.0) {
                own[$1, $1] > 0 ? min($0, 0.25 * squares[$1] / own[$1, $1]) : $0
            }
            return share < 1 ? share * own : own
        }
        var result = GateSums(gradient: gradient, pairs: pairs)
        let experts = gradient.indices.filter { gradient[$0].contains { $0 != 0 } }
        guard let last = experts.last else { return result }
        var sums = gradient
        for position in 0..<size {
            var rest = 0.0
            for expert in experts where expert != last {
                let error = (result.diagonal(expert)[position] / max(rowsPerWeight, 1e-300)).squareRoot()
                sums[expert][position] = rounding.of("gradient \(expert)").rounded(
                    gradient[expert][position], error: error, "\(position)")
                rest -= sums[expert][position]
            }
            sums[last][position] = rest
        }
        result = GateSums(gradient: sums, pairs: pairs)
        return result
    }
}
