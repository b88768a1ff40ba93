import Foundation
import LinearAlgebra
import MixtureOfExperts

/// Center and scale of (x₁, …, x_d, y). Fits run in these units: the ridge, the variance floor, the tolerance and the
/// accuracy of raw sums then mean the same for every table.
public struct Standardisation: Sendable {
    /// d + 1 values, the response last.
    public let center: [Double]
    /// d + 1 positive values; 1 for a constant column.
    public let scale: [Double]

    public init(center: [Double], scale: [Double]) {
        self.center = center
        self.scale = scale
    }

    /// Weighted mean and standard deviation of each column.
    public init(_ rows: ShardRows) {
        let total = rows.totalWeight
        var center = [Double]()
        var scale = [Double]()
        for index in 0...rows.covariates.columnCount {
            let values =
                index < rows.covariates.columnCount ? rows.covariates.column(index) : rows.responses[...]
            let (mean, deviation) = Self.meanAndDeviation(values, weights: rows.weights, total: total)
            center.append(mean)
            scale.append(deviation)
        }
        self.init(center: center, scale: scale)
    }

    /// From moments of pooled rows.
    public init(_ moments: Moments) {
        self.init(
            center: moments.mean,
            scale: (0..<moments.count).map { index in
                let deviation = (moments.scatter[index, index] / moments.weight).squareRoot()
                return Self.isConstant(mean: moments.mean[index], deviation: deviation) ? 1 : deviation
            })
    }

    private static func meanAndDeviation(
        _ values: ArraySlice<Double>, weights: [Double]?, total: Double
    ) -> (Double, Double) {
        // Deviations from the first value, not Σx² - n x̄²: the latter has no digits left for 1e9 ± 1.
        let origin = values.first ?? 0
        var sum = 0.0
        var squares = 0.0
        for (row, value) in values.enumerated() {
            let weight = weights?[row] ?? 1
            sum += weight * (value - origin)
        }
        let shift = sum / total
        for (row, value) in values.enumerated() {
            let difference = value - origin - shift
            squares += (weights?[row] ?? 1) * difference * difference
        }
        let mean = origin + shift
        let deviation = (squares / total).squareRoot()
        return (mean, isConstant(mean: mean, deviation: deviation) ? 1 : deviation)
    }

    /// Whether what varies is no more than rounding of the values themselves.
    private static func isConstant(mean: Double, deviation: Double) -> Bool {
        !(deviation > 1e-13 * abs(mean)) || deviation < 1e-150
    }

    public func isConstantColumn(_ index: Int, of rows: ShardRows) -> Bool {
        let values = index < rows.covariates.columnCount ? rows.covariates.column(index) : rows.responses[...]
        guard let first = values.first else { return true }
        return values.allSatisfy { abs($0 - first) <= 1e-12 * abs(first) }
    }

    public var responseCenter: Double { center[center.count - 1] }
    public var responseScale: Double { scale[scale.count - 1] }
    public var logResponseScale: Double { log(responseScale) }

    public func standardised(_ rows: ShardRows) -> ShardRows {
        ShardRows(
            covariates: standardised(rows.covariates),
            responses: rows.responses.map { ($0 - responseCenter) / responseScale }, weights: rows.weights)
    }

    public func standardised(_ covariates: Matrix) -> Matrix {
        var result = covariates
        for column in 0..<result.columnCount {
            let inverse = 1 / scale[column]
            let middle = center[column]
            for index in column * result.rowCount..<(column + 1) * result.rowCount {
                result.storage[index] = (result.storage[index] - middle) * inverse
            }
        }
        return result
    }

    public func standardised(_ moments: Moments) -> Moments {
        moments.rescaled(center: zip(center, scale).map { -$0 / $1 }, scale: scale.map { 1 / $0 })
    }

    public func inUserUnits(_ moments: Moments) -> Moments {
        moments.rescaled(center: center, scale: scale)
    }

    public func inUserUnits(_ model: MixtureModel) -> MixtureModel {
        rescaled(model, center: center, scale: scale)
    }

    public func standardised(_ model: MixtureModel) -> MixtureModel {
        rescaled(model, center: zip(center, scale).map { -$0 / $1 }, scale: scale.map { 1 / $0 })
    }

    /// The model for columns center + scale · z.
    private func rescaled(_ model: MixtureModel, center: [Double], scale: [Double]) -> MixtureModel {
        let design = model.design
        let experts = model.experts.map { expert in
            var inner = expert
            for (index, covariate) in design.expertCovariates.enumerated() {
                inner.coefficients[index + 1] /= scale[covariate]
                inner.coefficients[0] -= inner.coefficients[index + 1] * center[covariate]
            }
            return model.family.rescaled(inner, center: center[center.count - 1], scale: scale[scale.count - 1])
        }
        let gate = model.gate.rescaled(
            center: design.gateCovariates.map { center[$0] }, scale: design.gateCovariates.map { scale[$0] })
        return MixtureModel(design: design, family: model.family, gate: gate, experts: experts)
    }
}
