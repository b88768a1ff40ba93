import MixtureOfExperts
import Numerics

/// KL(φ_l(· | x) ‖ φ_k(· | x)) of the L components of one mixture to the K components of another, at some points.
struct ComponentDivergences {
    /// Larger ones are cut here: an infinite cost has no place in a sum that a plan minimises.
    private static let largest = 1e300

    let pointCount: Int
    let sourceCount: Int
    let targetCount: Int
    /// Point s of source l and target k at s + (l + k * L) * points.
    private var values: [Double]

    /// - Parameter points: points x covariates, of one design and in the units of both mixtures.
    init(from: some ConditionalMixture, to: some ConditionalMixture, at points: Matrix) {
        precondition(from.design.covariates == to.design.covariates, "the same covariates in the same order")
        precondition(from.family.isSame(as: to.family), "the same family")
        let (count, family) = (points.rowCount, from.family)
        pointCount = count
        (sourceCount, targetCount) = (from.experts.count, to.experts.count)
        values = [Double](repeating: 0, count: count * sourceCount * targetCount)
        let width = family.predictorCount
        let (sources, targets) = (from.predictors(points), to.predictors(points))
        values.withUnsafeMutableBufferPointer { values in
            guard var result = values.baseAddress else { return }
            sources.storage.withUnsafeBufferPointer { sources in
                targets.storage.withUnsafeBufferPointer { targets in
                    for (k, target) in to.experts.enumerated() {
                        for (l, source) in from.experts.enumerated() {
                            family.divergences(
                                from: LinearPredictors(sources.baseAddress! + l * width * count, stride: count),
                                fromDispersion: source.dispersion,
                                to: LinearPredictors(targets.baseAddress! + k * width * count, stride: count),
                                toDispersion: target.dispersion, count: count, into: result)
                            result += count
                        }
                    }
                }
            }
        }
        for index in values.indices where !(values[index] <= Self.largest) { values[index] = Self.largest }
    }

    /// At one point; sources x targets.
    func matrix(_ point: Int) -> Matrix {
        Matrix(
            rowCount: sourceCount, columnCount: targetCount,
            storage: stride(from: point, to: values.count, by: max(pointCount, 1)).map { values[$0] })
    }

    /// Sums over the points; sources x targets.
    var sums: Matrix {
        Matrix(
            rowCount: sourceCount, columnCount: targetCount,
            storage: (0..<sourceCount * targetCount).map { pair in
                values[pair * pointCount..<(pair + 1) * pointCount].reduce(0, +)
            })
    }
}
