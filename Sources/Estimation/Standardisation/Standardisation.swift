import Foundation
import MixtureOfExperts
import Numerics

/// Center and scale of (x₁, …, x_d, y).
///
/// Fits run in these units: the ridge, the variance floor, the tolerance and the accuracy of raw sums then mean the
/// same for every table.
package struct Standardisation: Sendable {
    /// d + 1 values, the response last.
    package let center: [Double]
    /// d + 1 positive values; 1 for a constant column.
    package let scale: [Double]
    /// Columns whose values differ by no more than their rounding.
    package let constantColumns: Set<Int>
    /// Those of them that have more than one value.
    package let unresolvedColumns: Set<Int>

    /// Any center and positive scale, the design's unscaled columns included.
    package init(center: [Double], scale: [Double]) {
        self.center = center
        self.scale = scale
        constantColumns = []
        unresolvedColumns = []
    }

    /// - Parameters:
    ///   - deviations: standard deviations about `center`.
    ///   - kept: columns that stay as they are.
    private init(center: [Double], deviations: [Double], kept: Set<Int>) {
        let constant = center.indices.filter {
            !kept.contains($0) && Self.isConstant(mean: center[$0], deviation: deviations[$0])
        }
        self.center = center.indices.map { kept.contains($0) ? 0 : center[$0] }
        scale = center.indices.map { constant.contains($0) || kept.contains($0) ? 1 : deviations[$0] }
        constantColumns = Set(constant)
        // Sums of differences from a value that all rows have are 0 to the last digit.
        unresolvedColumns = constantColumns.filter { deviations[$0] > 0 }
    }

    /// Weighted mean and standard deviation of each column.
    package init(_ rows: ShardRows, keeping kept: Set<Int> = []) {
        self.init(rows.columnSummaries(.serial), constants: [:], keeping: kept)
    }

    /// - Parameters:
    ///   - constants: values of columns that are taken as constant whatever the rows say.
    ///   - response: center and scale in place of mean and deviation; nil for these.
    init(
        _ summaries: [ColumnSummary], constants: [Int: Double], keeping kept: Set<Int>,
        response: (center: Double, scale: Double)? = nil
    ) {
        var center = summaries.indices.map { constants[$0] ?? summaries[$0].mean }
        var deviations = summaries.indices.map { constants[$0] == nil ? summaries[$0].deviation : 0 }
        if let response { (center[center.count - 1], deviations[center.count - 1]) = (response.center, response.scale) }
        self.init(center: center, deviations: deviations, kept: kept)
    }

    /// From moments of pooled rows.
    package init(_ moments: Moments, keeping kept: Set<Int> = []) {
        self.init(
            center: moments.mean,
            deviations: (0..<moments.count).map { (moments.scatter[$0, $0] / moments.weight).squareRoot() },
            kept: kept)
    }

    /// Whether what varies is no more than rounding of the values themselves.
    private static func isConstant(mean: Double, deviation: Double) -> Bool {
        !(deviation > 1e-13 * abs(mean)) || deviation < 1e-150
    }

    package var responseScale: Double { scale[scale.count - 1] }
    package var logResponseScale: Double { log(responseScale) }

    package func standardised(_ rows: ShardRows) -> ShardRows {
        ShardRows(
            covariates: standardised(rows.covariates),
            responses: standardised(responses: rows.responses), weights: rows.weights)
    }

    /// What differences from the center are multiplied by.
    ///
    /// What is left of a constant covariate is rounding, and must not be taken for a regressor.
    func factor(_ column: Int) -> Double {
        column < center.count - 1 && constantColumns.contains(column) ? 0 : 1 / scale[column]
    }

    func standardised(value: Double, column: Int) -> Double { (value - center[column]) * factor(column) }

    private func standardised(responses: [Double]) -> [Double] {
        responses.map { standardised(value: $0, column: center.count - 1) }
    }

    package func standardised(_ covariates: Matrix) -> Matrix {
        var result = covariates
        for column in 0..<result.columnCount {
            let inverse = factor(column)
            let middle = center[column]
            for index in column * result.rowCount..<(column + 1) * result.rowCount {
                result.storage[index] = (result.storage[index] - middle) * inverse
            }
        }
        return result
    }

    package func standardised(_ moments: Moments) -> Moments {
        moments.rescaled(center: zip(center, scale).map { -$0 / $1 }, scale: scale.map { 1 / $0 })
    }

    package func inUserUnits(_ moments: Moments) -> Moments {
        moments.rescaled(center: center, scale: scale)
    }

    package func inUserUnits(_ model: MixtureModel) -> MixtureModel {
        rescaled(model, center: center, scale: scale) { $0.restored }
    }

    package func standardised(_ model: MixtureModel) -> MixtureModel {
        rescaled(model, center: zip(center, scale).map { -$0 / $1 }, scale: scale.map { 1 / $0 }, standardised)
    }

    /// A value of a point mass becomes what the response of its rows becomes, to the last bit.
    package func standardised(_ expert: FixedExpert) -> FixedExpert {
        expert.standardised { standardised(value: $0, column: center.count - 1) }
    }

    /// The model for columns center + scale · z.
    private func rescaled(
        _ model: MixtureModel, center: [Double], scale: [Double], _ fixed: (FixedExpert) -> FixedExpert
    ) -> MixtureModel {
        let design = model.design
        let experts = model.experts.map { expert in
            var inner = expert
            if let own = expert.fixed {
                inner.fixed = fixed(own)
                return inner
            }
            for first in design.expertLayout.intercepts(expert.coefficients.count) {
                for (index, covariate) in design.expertCovariates.enumerated() {
                    inner.coefficients[first + index + 1] /= scale[covariate]
                    inner.coefficients[first] -= inner.coefficients[first + index + 1] * center[covariate]
                }
            }
            return model.family.rescaled(inner, center: center[center.count - 1], scale: scale[scale.count - 1])
        }
        let gate = model.gate.rescaled(
            center: design.gateCovariates.map { center[$0] }, scale: design.gateCovariates.map { scale[$0] })
        return MixtureModel(design: design, family: model.family, gate: gate, experts: experts)
    }
}

extension Standardisation {
    package func standardised(_ fitted: FittedMixture) -> FittedMixture {
        rescaled(
            fitted, standardised(fitted.model), center: zip(center, scale).map { -$0 / $1 }, scale: scale.map { 1 / $0 }
        )
    }

    package func inUserUnits(_ fitted: FittedMixture) -> FittedMixture {
        rescaled(fitted, inUserUnits(fitted.model), center: center, scale: scale)
    }

    private func rescaled(
        _ fitted: FittedMixture, _ other: MixtureModel, center: [Double], scale: [Double]
    ) -> FittedMixture {
        let (model, design) = (fitted.model, fitted.model.design)
        var result = fitted
        result.model = other
        result.moments = fitted.moments.map { $0.rescaled(center: center, scale: scale) }
        result.information = fitted.information.map { rescaled($0, of: design, center: center, scale: scale) }
        result.errors = fitted.errors.map { rescaled($0, of: model, scale: scale) }
        result.scores = fitted.scores.map { rescaled($0, of: design, center: center, scale: scale) }
        result.prior = fitted.prior.map { rescaled($0, design, scale: scale) }
        result.marginals = fitted.marginals.map { own in
            own.enumerated().map { $1?.rescaled(center: center[$0], scale: scale[$0]) }
        }
        return result
    }

    /// - Parameter model: whose parameters they are, in any units.
    func inUserUnits(_ errors: ParameterUncertainty, of model: MixtureModel) -> ParameterUncertainty {
        rescaled(errors, of: model, scale: scale)
    }

    package func inUserUnits(_ prior: SlopePrior, _ design: Design) -> SlopePrior {
        rescaled(prior, design, scale: scale)
    }

    package func standardised(_ prior: SlopePrior, _ design: Design) -> SlopePrior {
        rescaled(prior, design, scale: scale.map { 1 / $0 })
    }

    /// A slope times its unit stays what it is.
    private func rescaled(_ prior: SlopePrior, _ design: Design, scale: [Double]) -> SlopePrior {
        var result = prior
        for expert in result.experts.indices {
            for position in result.experts[expert].indices {
                guard let index = design.expertLayout.covariate(position) else { continue }
                result.experts[expert][position] *= scale[design.expertCovariates[index]]
            }
        }
        for (index, column) in design.gateCovariates.enumerated() { result.gate[index + 1] *= scale[column] }
        return result
    }

    /// The gradient by the coefficients: T's with the T of the information below.
    private func rescaled(_ score: [Double], of design: Design, center: [Double], scale: [Double]) -> [Double] {
        var result = score
        for first in design.expertLayout.intercepts(score.count) {
            for (index, covariate) in design.expertCovariates.enumerated() {
                let slope = first + index + 1
                result[slope] = scale[covariate] * score[slope] + center[covariate] * score[first]
            }
        }
        return result
    }

    /// The errors for columns center + scale · z.
    ///
    /// Intercepts are at the mean of the covariates, which stays what it is.
    private func rescaled(_ errors: ParameterUncertainty, of model: MixtureModel, scale: [Double])
        -> ParameterUncertainty
    {
        let design = model.design
        let response = model.family.responseFactors(
            count: model.family.coefficientCount(regressors: design.expertPositions.count),
            scale: scale[scale.count - 1])
        let regressors = [1] + design.expertCovariates.map { scale[$0] }
        let coefficients = response.indices.map { response[$0] / regressors[design.expertLayout.regressor($0)] }
        let gates = [1] + design.gateCovariates.map { 1 / scale[$0] }
        return ParameterUncertainty(
            source: errors.source,
            experts: errors.experts.map {
                $0.scaled(by: coefficients + [Double](repeating: 1, count: $0.count - coefficients.count))
            },
            gate: errors.gate.scaled(by: (0..<errors.gate.count).map { gates[design.gateLayout.regressor($0)] }))
    }

    /// The information of the coefficients for columns center + scale · z, where `information` is of those for z.
    ///
    /// Old coefficients are new ones times T, of slopes scale_j and of intercept Σ_j center_j: a score becomes T's, the information
    /// T'IT. (T'M)', twice.
    private func rescaled(
        _ information: PackedSymmetric, of design: Design, center: [Double], scale: [Double]
    ) -> PackedSymmetric {
        func turned(_ matrix: Matrix) -> Matrix {
            Matrix(
                columns: (0..<matrix.columnCount).map {
                    rescaled(Array(matrix.column($0)), of: design, center: center, scale: scale)
                }
            ).transposed()
        }
        var result = PackedSymmetric(lowerTriangleOf: turned(turned(information.matrix())))
        // Of a column that is constant here nothing is left but differences of equal numbers: 0, not the rounding of it.
        for index in 0..<result.size { result[index, index] = max(result[index, index], 0) }
        return result
    }
}

extension ExpertFamily {
    /// What ``rescaled(_:center:scale:)`` multiplies each coefficient by; in a log link that is nothing, the scale is added.
    fileprivate func responseFactors(count: Int, scale: Double) -> [Double] {
        func coefficients(_ value: Double) -> [Double] {
            let expert = Expert(coefficients: [Double](repeating: value, count: count), dispersion: 1)
            return rescaled(expert, center: 0, scale: scale).coefficients
        }
        return zip(coefficients(1), coefficients(0)).map(-)
    }
}

extension Design {
    /// Columns of (x, y) that no standardisation may change: the offset, and responses that are no measurements.
    package func unscaledColumns(_ family: any ExpertFamily) -> Set<Int> {
        Set([offset, family.standardisesResponses ? nil : covariateCount].compactMap { $0 })
    }
}
