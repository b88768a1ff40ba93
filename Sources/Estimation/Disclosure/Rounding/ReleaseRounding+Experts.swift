import MixtureOfExperts
import Numerics

/// Coefficients and dispersions.
extension ReleaseRounding {
    /// Of half a standard error, what the spelling of a number that follows from others may be off by.
    private static let spelling = 1e-4
    /// Of a standard error: what a fit that has converged may be off by.
    private static let unconverged = 0.01

    func expert(_ index: Int, _ fitted: FittedMixture, _ rounded: FittedMixture) -> Expert {
        guard fitted.moments[index].weight > 0, rounded.moments[index].weight > 0 else {
            return fitted.model.experts[index]
        }
        return fitted.model.family is any ClosedFormFamily
            ? regression(index, fitted, rounded) : generalisedRegression(index, fitted, rounded)
    }

    // MARK: Least squares

    /// The least squares of what is rounded.
    ///
    /// Where coefficients are others than those of the statistics, after a lasso, the difference is rounded and added.
    private func regression(_ index: Int, _ fitted: FittedMixture, _ rounded: FittedMixture) -> Expert {
        let own = fitted.model.experts[index]
        let (before, after) = (fitted.moments[index], rounded.moments[index])
        let columns = fitted.model.design.expertCovariates
        let key = of(index, fitted).of("regression")
        let rows = after.effectiveRows
        let active = columns.indices.filter { own.coefficients[$0 + 1] != 0 && after.variance(columns[$0]) > 0 }
        let exact = before.regression(on: active.map { columns[$0] })
        let again = after.regression(on: active.map { columns[$0] })
        var differences = own.coefficients.map { _ in 0.0 }
        for (position, slope) in active.enumerated() {
            differences[slope + 1] = own.coefficients[slope + 1] - exact.coefficients[position + 1]
        }
        let variance = max(exact.residualVariance, .leastNormalMagnitude)
        if before.meanSquare(of: differences, on: columns) > Self.unconverged * Self.unconverged * variance / rows {
            for slope in active {
                differences[slope + 1] = key.rounded(
                    differences[slope + 1], error: (variance / (rows * after.variance(columns[slope]))).squareRoot(),
                    "\(slope + 1)")
            }
        } else {
            differences = own.coefficients.map { _ in 0 }
        }
        var result = own
        for (position, slope) in active.enumerated() {
            result.coefficients[slope + 1] = again.coefficients[position + 1] + differences[slope + 1]
        }
        let atMean = own.predictor(at: before.mean, columns) - before.mean[before.count - 1]
        let isShifted = atMean * atMean > Self.unconverged * Self.unconverged * variance / rows
        let shift = isShifted ? key.rounded(atMean, error: (variance / rows).squareRoot(), "0") : 0
        spell(&result.coefficients, atMean: after.mean[after.count - 1] + shift, after, columns) {
            (again.residualVariance / (rows * ($0.map { after.variance($0) } ?? 1))).squareRoot()
        }
        result.dispersion = dispersion(
            own, before.meanSquaredResidual(of: own.coefficients, on: columns),
            after.meanSquaredResidual(of: result.coefficients, on: columns), rows, key)
        return result
    }

    /// - Parameters:
    ///   - before: what it is by the exact statistics.
    ///   - after: by what is rounded.
    private func dispersion(
        _ own: Expert, _ before: Double, _ after: Double, _ rows: Double, _ key: UnbiasedRounding
    ) -> Double {
        let error = (2 / rows).squareRoot()
        let follows = abs(own.dispersion - before) <= Self.unconverged * error * own.dispersion && after > 0
        let value =
            follows ? after : key.rounded(positive: own.dispersion, relativeError: error, "dispersion")
        return GridStep(decimalBelow: 1e-7 * value)?.nearest(value) ?? value
    }

    /// Slopes and the intercept in no more digits than serve.
    ///
    /// - Parameter error: of the slope of a column, or of the intercept at the means.
    private func spell(
        _ coefficients: inout [Double], atMean: Double, _ moments: Moments, _ columns: [Int],
        error: (Int?) -> Double
    ) {
        var intercept = atMean
        for (slope, column) in columns.enumerated() where coefficients[slope + 1] != 0 {
            let step = moments.variance(column) > 0 ? error(column) : 100 * abs(coefficients[slope + 1])
            coefficients[slope + 1] =
                GridStep(decimalBelow: Self.spelling * step)?.nearest(coefficients[slope + 1])
                ?? coefficients[slope + 1]
            intercept -= coefficients[slope + 1] * moments.mean[column]
        }
        coefficients[0] = GridStep(decimalBelow: Self.spelling * error(nil))?.nearest(intercept) ?? intercept
    }

    // MARK: Other families

    /// Coordinates in which the information of what is rounded is diagonal: sums of residuals times covariates at the rounded coefficients
    /// have the expectation that they have at the exact ones.
    ///
    /// A slope that next to nothing determines, as of a separated class, is rounded to half a unit of the predictor.
    private func generalisedRegression(_ index: Int, _ fitted: FittedMixture, _ rounded: FittedMixture) -> Expert {
        var result = fitted.model.experts[index]
        let (moments, layout) = (rounded.moments[index], fitted.model.design.expertLayout)
        let columns = fitted.model.design.expertCovariates
        let key = of(index, fitted).of("coefficient")
        let coordinates = coordinates(index, rounded, of: result.coefficients)
        let positions = coordinates.positions
        var values = positions.map { position in
            layout.isIntercept(position)
                ? result.predictor(layout.predictor(position), at: moments.mean, columns, layout)
                : result.coefficients[position]
        }
        values = coordinates.transposed(values)
        for (place, position) in positions.enumerated() {
            let unit = layout.covariate(position).map { moments.variance(columns[$0]).squareRoot() } ?? 1
            let error = (1 / (moments.effectiveRows * coordinates.regressions.variances[place])).squareRoot()
            values[place] = key.rounded(
                values[place], error: min(error, unit > 0 ? 1 / unit : .infinity), "\(position)")
        }
        values = coordinates.solved(values)
        for (place, position) in positions.enumerated() { result.coefficients[position] = values[place] }
        for predictor in 0..<layout.predictorCount(result.coefficients.count) {
            let range = layout.coefficients(of: predictor)
            guard positions.contains(range.lowerBound) else { continue }
            var own = Array(result.coefficients[range])
            spell(&own, atMean: own[0], moments, columns) { column in
                (1 / (moments.effectiveRows * max(column.map { moments.variance($0) } ?? 1, 1e-300))).squareRoot()
            }
            result.coefficients.replaceSubrange(range, with: own)
        }
        result.dispersion = dispersion(index, fitted, rounded)
        return result
    }

    private func dispersion(_ index: Int, _ fitted: FittedMixture, _ rounded: FittedMixture) -> Double {
        let (own, family) = (fitted.model.experts[index], fitted.model.family)
        // At a limit it says what the limit says.
        guard family.hasDispersion, family.limit == nil || own.dispersion > family.dispersionFloor(0) else {
            return own.dispersion
        }
        let last = own.coefficients.count
        let known = rounded.errors.flatMap { errors in
            errors.experts[index].count > last ? errors.experts[index].standardError(last) : nil
        }
        let error = known ?? (2 / rounded.moments[index].effectiveRows).squareRoot()
        let value = of(index, fitted).rounded(
            positive: own.dispersion, relativeError: min(error, 1), "dispersion")
        return GridStep(decimalBelow: 1e-7 * value)?.nearest(value) ?? value
    }

    // MARK: Scores

    /// What a prior pulls follows from the coefficients; what a lasso does is rounded where the information is diagonal.
    func scores(_ fitted: FittedMixture, _ rounded: FittedMixture) -> [[Double]] {
        if let prior = rounded.prior {
            return fitted.scores.indices.map { prior.gradient($0, rounded.model.experts[$0].coefficients) }
        }
        guard !fitted.information.isEmpty else { return fitted.scores }
        return fitted.scores.enumerated().map { index, score in
            let key = of(index, fitted).of("score")
            let coordinates = coordinates(index, rounded, of: score)
            var values = coordinates.regressions.solvedLower(
                coordinates.positions.map { position in
                    coordinates.centered(score, position)
                })
            let moments = rounded.moments[index]
            // Sums of weights that differ vary more than their information.
            let rate = moments.weight > 0 ? moments.squaredWeight / moments.weight : 1
            for place in values.indices {
                let variance = moments.weight * coordinates.regressions.variances[place] * rate
                values[place] = key.rounded(values[place], error: variance.squareRoot(), "\(place)")
            }
            values = coordinates.regressions.multiplied(values)
            return coordinates.uncentered(values, count: score.count)
        }
    }

    private func coordinates(_ index: Int, _ rounded: FittedMixture, of values: [Double]) -> Coordinates {
        Coordinates(
            rounded.information[index], rounded.moments[index], rounded.model.design, values)
    }
}

extension Moments {
    func variance(_ column: Int) -> Double { weight > 0 ? scatter[column, column] / weight : 0 }

    /// Of what slopes make of the deviations.
    fileprivate func meanSquare(of coefficients: [Double], on columns: [Int]) -> Double {
        let slopes = Array(coefficients.dropFirst())
        return dot(slopes, covariance(of: columns) * slopes)
    }
}

extension Expert {
    fileprivate func predictor(at means: [Double], _ columns: [Int]) -> Double {
        columns.indices.reduce(coefficients[0]) { $0 + coefficients[$1 + 1] * means[columns[$1]] }
    }

    fileprivate func predictor(
        _ predictor: Int, at means: [Double], _ columns: [Int], _ layout: CoefficientLayout
    ) -> Double {
        columns.indices.reduce(coefficients[layout.intercept(of: predictor)]) {
            $0 + coefficients[layout.slope($1, of: predictor)] * means[columns[$1]]
        }
    }
}
