import Foundation
import MixtureOfExperts
import Numerics

/// Statistics that disclose nothing of the sites behind an expert, for those who go on computing with a global model.
///
/// Covariates are those of the experts that release theirs; responses follow from the expert's own parameters. Both are in the file
/// anyway. Where no expert releases its statistics, units are needed all the same: means and deviations of all rows, so coarse that
/// taking the rows of one site off leaves nothing.
extension FittedMixture {
    /// - Parameter experts: those whose statistics are withheld; of experts without rows there are none.
    package mutating func withholdStatistics(of experts: Set<Int>) {
        withheldStatistics = []
        let withheld = experts.filter { moments[$0].weight > 0 }
        guard !withheld.isEmpty else { return }
        let before = center
        let points = CovariatePoints(standInCovariates(withheld), count: model.design.covariateCount)
        for expert in withheld.sorted() { withhold(expert, points) }
        withheldStatistics = withheld
        errors = errors?.shifted(by: zip(center, before).map(-), of: model).released
    }

    private func standInCovariates(_ withheld: Set<Int>) -> Moments {
        let released = moments.indices.filter { !withheld.contains($0) && moments[$0].weight > 0 }
        let known = Moments.sum(released.map { moments[$0] }, count: model.design.covariateCount + 1)
        return known.weight > 0
            ? known : Moments.sum(moments, count: model.design.covariateCount + 1).coarse
    }

    private mutating func withhold(_ expert: Int, _ points: CovariatePoints) {
        let own = moments[expert]
        let alone = MixtureModel(design: model.design, family: model.family, ungated: [model.experts[expert]])
        let rows = points.rows(alone, weight: own.weight)
        var standIn = rows.mergedMoments
        for (column, value) in points.constants { standIn = standIn.withConstant(column, value: value) }
        moments[expert] = standIn.of(own, responsesVaryingBy: points.varianceWithin(alone))
        if !information.isEmpty, model.experts[expert].fixed == nil {
            information[expert] = alone.statistics(of: rows, level: .expectationMaximization)
                .expertInformation(0, model.design.expertPositions)
        }
        if !scores.isEmpty { scores[expert] = scores[expert].map { _ in 0 } }
        if !suppressedCounts.isEmpty { suppressedCounts[expert] = suppressedCounts[expert].map { _ in 0 } }
        if !marginals.isEmpty { marginals[expert] = marginals[expert].map { _ in nil } }
    }
}

/// Points whose mean and covariance are those of some rows: μ ± √r · l_c for each column l_c of a root of the covariance.
private struct CovariatePoints {
    private let values: [[Double]]
    /// Columns that do not vary: sums over points have them but for rounding.
    let constants: [(column: Int, value: Double)]

    init(_ moments: Moments, count: Int) {
        let mean = Array(moments.mean.prefix(count))
        let varying = (0..<count).filter { moments.scatter[$0, $0] > 0 }
        constants = (0..<count).filter { moments.scatter[$0, $0] <= 0 }.map { ($0, mean[$0]) }
        let scales = varying.map { (moments.scatter[$0, $0] / moments.weight).squareRoot() }
        var correlations = moments.covariance(of: varying)
        for row in varying.indices {
            for column in varying.indices { correlations[row, column] /= scales[row] * scales[column] }
        }
        let root = symmetricEigen(correlations)
        let spread = Double(varying.count).squareRoot()
        let points = varying.indices.flatMap { axis in
            [spread, -spread].map { length in
                var point = mean
                let factor = length * max(0, root.values[axis]).squareRoot()
                for (row, column) in varying.enumerated() {
                    point[column] += factor * scales[row] * root.vectors[row, axis]
                }
                return point
            }
        }
        values = points.isEmpty ? [mean] : points
    }

    /// With the responses that the only expert of a model expects there.
    func rows(_ model: MixtureModel, weight: Double) -> ShardRows {
        var (points, responses, weights) = ([[Double]](), [Double](), [Double]())
        for point in values {
            for (response, share) in expectedResponses(model, point) {
                points.append(point)
                responses.append(response)
                weights.append(share * weight / Double(values.count))
            }
        }
        return ShardRows(covariates: Matrix(columns: points).transposed(), responses: responses, weights: weights)
    }

    private func expectedResponses(_ model: MixtureModel, _ point: [Double]) -> [(response: Double, share: Double)] {
        if let fixed = model.experts[0].fixed { return [(fixed.distribution.mean, 1)] }
        return model.family.representatives(statistics: expected(model, point))
    }

    private func expected(_ model: MixtureModel, _ point: [Double]) -> [Double] {
        let predictors = model.design.predictors(model.experts[0], at: point)
        var result = [Double](repeating: 0, count: model.family.statisticCount)
        model.family.expectedStatistics(
            predictors: LinearPredictors(predictors, stride: 1), dispersion: model.experts[0].dispersion, count: 1,
            into: &result, stride: 1)
        return result
    }

    /// Of responses about their means; those of classes vary in the rows themselves.
    func varianceWithin(_ model: MixtureModel) -> Double {
        if let fixed = model.experts[0].fixed { return fixed.distribution.variance }
        guard model.family.response.classes == nil else { return 0 }
        let variances = values.map {
            model.family.variance(
                model.design.predictors(model.experts[0], at: $0), dispersion: model.experts[0].dispersion)
        }
        return variances.reduce(0, +) / Double(variances.count)
    }
}

extension ShardRows {
    /// Row by row about the running mean: sums of squares of 1e9 ± 1 have no digits left.
    fileprivate var mergedMoments: Moments {
        let count = covariates.columnCount + 1
        return Moments.sum(
            responses.indices.lazy.map { row in
                Moments(
                    weight: weight(row), squaredWeight: weight(row) * weight(row),
                    mean: covariates.row(row) + [responses[row]], scatter: PackedSymmetric(size: count))
            }, count: count)
    }
}

extension Moments {
    /// With as many rows as others, and responses that vary about their means.
    fileprivate func of(_ rows: Moments, responsesVaryingBy variance: Double) -> Moments {
        var spread = scatter
        spread[count - 1, count - 1] += weight * variance
        return Moments(weight: rows.weight, squaredWeight: rows.squaredWeight, mean: mean, scatter: spread)
    }

    /// Deviations to a power of 2, means to half of that, no correlations.
    fileprivate var coarse: Moments {
        var spread = PackedSymmetric(size: count)
        var middle = mean
        for column in 0..<count where scatter[column, column] > 0 {
            let deviation = exp2((0.5 * log2(scatter[column, column] / weight)).rounded())
            spread[column, column] = weight * deviation * deviation
            middle[column] = (mean[column] / (0.5 * deviation)).rounded() * 0.5 * deviation
        }
        return Moments(weight: weight, squaredWeight: squaredWeight, mean: middle, scatter: spread)
    }
}
