import MixtureOfExperts
import Numerics

/// The rounding rule: what a release says of an expert, its gate and its uncertainty, in half conditional standard errors, and sums rebuilt from
/// what is rounded.
///
/// Parameters and statistics agree: where the one follows from the other it is computed from it. Steps are made of what is rounded already.
struct ReleaseRounding {
    let rounding: UnbiasedRounding
    /// Of the rows, which decide how long a step is.
    struct Precision {
        /// Of each expert, by column: kurtosis of its rows less 1.
        var spreads: [[Double]]
        /// Of each gate but the last, by regressor about the center of the covariates: the diagonal of its information, in user units, of the
        /// effective rows.
        var gates: [[Double]]
        /// Behind the bins of marginals, as a share of the rows.
        var sampled = 1.0
    }
    let precision: Precision
    /// Effective rows that an expert has at least.
    let minimumRows: Double

    func rounded(_ fitted: FittedMixture) -> FittedMixture {
        var result = fitted
        let experts = fitted.moments.indices
        let weights = weights(of: fitted.moments, rowCount: fitted.rowCount)
        result.weight = weights.reduce(0) { $0 + $1.weight }
        result.moments = experts.map { moments(fitted.moments[$0], fitted.model, weights[$0], $0, of: experts.count) }
        result.information = fitted.information.indices.map { information($0, fitted, result) }
        result.prior = fitted.prior.map(spelled)
        result.errors = errors(fitted, result)
        result.model.experts = experts.map { expert($0, fitted, result) }
        result.model.gate = gate(fitted, result)
        result.scores = scores(fitted, result)
        result.marginals = fitted.marginals.indices.map { marginals($0, fitted, result) }
        return result
    }

    func of(_ expert: Int, _ count: Int) -> UnbiasedRounding { rounding.of("\(expert + 1)/\(count)") }

    func of(_ expert: Int, _ fitted: FittedMixture) -> UnbiasedRounding { of(expert, fitted.moments.count) }

    // MARK: Weights

    /// The weights of all experts sum to what they were: that of the largest is what the others leave.
    func weights(of moments: [Moments], rowCount: Int) -> [(weight: Double, squaredWeight: Double)] {
        // Sums of ones leave rounding.
        let rates = moments.map { own in
            let rate = own.weight > 0 ? own.squaredWeight / own.weight : 1
            return abs(rate - 1) <= 1e-9 ? 1 : rate
        }
        let sums = moments.reduce(0) { $0 + $1.weight }
        let total = abs(sums - sums.rounded()) <= 1e-9 * sums ? sums.rounded() : sums
        let isEqual = (rates.max() ?? 1) - (rates.min() ?? 1) <= 1e-9 * (rates.max() ?? 1)
        let largest = moments.indices.max { moments[$0].weight < moments[$1].weight } ?? 0
        var sum =
            isEqual
            ? total
            : rounding.rounded(
                total, error: moments.reduce(0) { $0 + $1.squaredWeight }.squareRoot(), "weight")
        var weights = moments.map(\.weight)
        for expert in moments.indices where expert != largest {
            let error = (moments[expert].squaredWeight * max(1 - weights[expert] / total, 0)).squareRoot()
            let rounded = of(expert, moments.count).rounded(weights[expert], error: error, "weight")
            weights[expert] = max(rounded, leastWeight(moments[expert], rates[expert]))
            sum -= weights[expert]
        }
        weights[largest] = max(sum, leastWeight(moments[largest], rates[largest]))
        // Rows of different weights: no more effective ones than there are.
        let short = isEqual ? rates : rates.map { GridStep(decimalBelow: 0.01 * $0)?.nearest(1.01 * $0) ?? $0 }
        let effective = zip(weights, short).reduce(0) { $0 + $1.0 / $1.1 }
        let factor = isEqual ? 1 : max(1, effective / Double(max(rowCount, 1)))
        return zip(weights, short).map { ($0, $0 * $1 * factor) }
    }

    /// Of the bounds that the expert keeps, the highest.
    private func leastWeight(_ moments: Moments, _ rate: Double) -> Double {
        let columns = (0..<moments.count).count { moments.scatter[$0, $0] > 0 }
        let bounds = [minimumRows, DisclosureRules.covarianceRows(columns: columns)]
        return rate * (bounds.filter { $0 <= moments.effectiveRows }.max() ?? 0)
    }

    // MARK: Moments

    /// The covariates of the experts, the response, then the others.
    private func order(_ design: Design) -> [Int] {
        let experts = design.expertCovariates
        return experts + [design.covariateCount] + (0..<design.covariateCount).filter { !experts.contains($0) }
    }

    func moments(
        _ own: Moments, _ model: MixtureModel, _ weight: (weight: Double, squaredWeight: Double), _ expert: Int,
        of count: Int
    ) -> Moments {
        guard own.weight > 0, weight.weight > 0 else { return own }
        let design = model.design
        let order = order(design)
        let names = design.covariates + [design.target]
        let rows = weight.weight * weight.weight / weight.squaredWeight
        let key = of(expert, count)
        let regressions = SequentialRegressions(
            (1 / own.weight) * own.scatter.permuted(order), names: order.map { names[$0] }
        ).rounded(key, rows: rows, spreads: order.map { precision.spreads[expert][$0] })
        let means = regressions.rounded(means: order.map { own.mean[$0] }, key, rows: rows)
        var mean = own.mean
        for (position, column) in order.enumerated() { mean[column] = means[position] }
        let least = leastMean(model.family.response)
        if let least, mean[design.covariateCount] <= least {
            // Of amounts and counts the mean may not fall where these cannot be.
            let error = (regressions.variances[design.expertCovariates.count] / rows).squareRoot()
            mean[design.covariateCount] = max(
                least, min(own.mean[design.covariateCount], GridStep(near: error)?.value ?? 0))
        }
        var place = [Int](repeating: 0, count: order.count)
        for (position, column) in order.enumerated() { place[column] = position }
        let covariance = regressions.covariance.permuted(place)
        return Moments(
            weight: weight.weight, squaredWeight: weight.squaredWeight, mean: mean,
            scatter: (weight.weight * covariance).spelled(digits: regressions.digits))
    }

    /// Above which the mean of responses is; nil for numbers.
    private func leastMean(_ response: ResponseKind) -> Double? {
        switch response {
        case .positiveNumber, .count: 0
        case .number, .classes: nil
        }
    }

    /// About the means of the covariates, where an intercept has little to do with slopes.
    private func information(_ expert: Int, _ fitted: FittedMixture, _ rounded: FittedMixture) -> PackedSymmetric {
        let own = fitted.information[expert]
        let moments = rounded.moments[expert]
        guard fitted.moments[expert].weight > 0, moments.weight > 0 else { return own }
        let layout = fitted.model.design.expertLayout
        let means = fitted.model.design.expertCovariates.map { moments.mean[$0] }
        let centered = own.shifted(by: means.map { -$0 }, layout)
        let key = of(expert, fitted).of("information")
        let regressions = SequentialRegressions(
            (1 / fitted.moments[expert].weight) * centered, names: (0..<own.size).map { "\($0)" }
        ).rounded(key, rows: moments.effectiveRows, spreads: [Double](repeating: 2, count: own.size))
        return (moments.weight * regressions.covariance).spelled(digits: regressions.digits + 2)
            .shifted(by: means, layout)
    }

    /// Units of columns are those of two decimal digits.
    private func spelled(_ prior: SlopePrior) -> SlopePrior {
        func short(_ unit: Double) -> Double { GridStep(decimalBelow: 0.1 * abs(unit))?.nearest(unit) ?? unit }
        return SlopePrior(
            experts: prior.experts.map { $0.map(short) }, gate: prior.gate.map(short), weight: prior.weight)
    }
}

extension PackedSymmetric {
    /// Σ z z' of regressors x + offset where this one is of x, predictor after predictor.
    func shifted(by offset: [Double], _ layout: CoefficientLayout) -> PackedSymmetric {
        shifted(positions: (0..<size).map { layout.covariate($0).map { offset[$0] } ?? 0 }, layout)
    }

    /// - Parameter offset: of each coefficient's regressor, 0 of an intercept.
    func shifted(positions offset: [Double], _ layout: CoefficientLayout) -> PackedSymmetric {
        var result = self
        func value(_ index: Int) -> (intercept: Int, offset: Double) {
            (layout.intercept(of: layout.predictor(index)), offset[index])
        }
        for row in 0..<size {
            let first = value(row)
            for column in 0...row {
                let second = value(column)
                let own = self[row, column]
                result[row, column] =
                    own + first.offset * self[first.intercept, column] + second.offset * self[row, second.intercept]
                    + first.offset * second.offset * self[first.intercept, second.intercept]
                // Of a column that is constant rounding is left, with the signs of chance.
                if row == column, abs(result[row, row]) <= 1e-13 * abs(own) { result[row, row] = 0 }
            }
        }
        for row in 0..<size where result[row, row] == 0 {
            for column in 0..<size { result[row, column] = 0 }
        }
        return result
    }
}
