import Foundation
import MixtureOfExperts

/// Fits along falling weights of a lasso, each from the one before and from the fit without a penalty.
struct LassoPath {
    /// On the rows of the fit, in standard units.
    let refinement: Refinement
    /// The weights in standard units that stand for 1 in the user's.
    let unit: SlopeWeights

    /// Weights from the largest useful one down to ``smallestShare`` of it, in equal ratios.
    static let count = 20
    private static let smallestShare = 1e-3
    /// Of slopes in a model without any, in units of the weight.
    private static let prohibitive = 1e9

    struct Point {
        var weight: Double
        var candidate: Refinement.Candidate
    }

    /// - Parameter dense: the fit without a penalty.
    func points(from dense: MixtureModel) -> [Point] {
        let start = withoutSlopes(dense)
        let largest = largestWeight(start)
        guard largest > 0, largest.isFinite else { return [] }
        var previous = start
        return (0..<Self.count).map { index in
            let weight = largest * pow(Self.smallestShare, Double(index) / Double(Self.count - 1))
            var refinement = refinement
            refinement.lasso = unit.scaled(by: weight)
            let best = [previous, dense].map {
                refinement.optimum(from: $0, emIterations: Refinement.iterationsFromOptimum)
            }.min(by: Refinement.Candidate.isBetter)
            let candidate = best ?? refinement.optimum(from: previous, emIterations: Refinement.iterationsFromOptimum)
            previous = candidate.model
            return Point(weight: weight, candidate: candidate)
        }
    }

    /// The optimum near a model where no slope is allowed.
    private func withoutSlopes(_ dense: MixtureModel) -> MixtureModel {
        var refinement = refinement
        refinement.lasso = unit.scaled(by: Self.prohibitive)
        var start = dense
        let layout = dense.design.expertLayout
        for expert in start.experts.indices {
            for index in start.experts[expert].coefficients.indices where !layout.isIntercept(index) {
                start.experts[expert].coefficients[index] = 0
            }
        }
        for column in 0..<start.expertCount {
            for row in 1..<max(start.gate.coefficients.rowCount, 1) { start.gate.coefficients[row, column] = 0 }
        }
        return refinement.optimum(from: start, emIterations: Refinement.iterationsFromOptimum).model
    }

    /// The least weight at which a model without slopes stays where it is: the largest derivative by a slope.
    private func largestWeight(_ model: MixtureModel) -> Double {
        let algorithm = refinement.algorithm
        let statistics = model.statistics(
            of: algorithm.rows, level: .gradient, parallelism: algorithm.parallelism)
        let layout = ParameterLayout(model, dispersionFloor: algorithm.dispersionFloor, lasso: unit)
        let gradient = layout.gradient(statistics, model: model, penalty: algorithm.penalty)
        return layout.penalisedSlopes(model).map { abs(gradient[$0.index]) / ($0.weight * refinement.weight) }.max()
            ?? 0
    }
}
