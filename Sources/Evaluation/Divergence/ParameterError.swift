import MixtureOfExperts
import Numerics

/// How far the parameters of a model are from those of a reference with as many experts.
///
/// The experts have no order of their own, so each is matched to one of the reference by the exact assignment of least
/// ½ (KL(φ_k ‖ φ_l) + KL(φ_l ‖ φ_k)), averaged over points.
public struct ParameterError: Sendable, Equatable, Codable {
    /// Root mean squared error of the coefficients of all experts, intercepts among them.
    public var experts: Double
    /// Of the coefficients of all gates but that of the last reference expert and its match, which are 0 in both models; 0
    /// for one expert.
    public var gates: Double
    /// Root mean square of dispersion / reference - 1.
    public var dispersions: Double
    /// The expert of the model (from 0) for each of the reference.
    public var order: [Int]

    /// nil where the models have not the same covariates, family and number of experts.
    ///
    /// - Parameter points: at least one; points x covariates, in the units of the models.
    package init?(_ model: MixtureModel, reference: MixtureModel, at points: Matrix) {
        precondition(points.rowCount > 0, "an average needs a point")
        guard model.expertCount == reference.expertCount, model.design == reference.design,
            model.family.isSame(as: reference.family)
        else { return nil }
        let there = ComponentDivergences(from: reference, to: model, at: points).sums
        let back = ComponentDivergences(from: model, to: reference, at: points).sums.transposed()
        let scale = 0.5 / Double(points.rowCount)
        let costs = zip(there.storage, back.storage).map { scale * $0 + scale * $1 }
        order =
            LinearAssignment(
                Matrix(rowCount: there.rowCount, columnCount: there.columnCount, storage: costs)
            ).columns
        let matched = model.reordered(order)
        experts = Self.rootMeanSquare(
            zip(matched.experts, reference.experts).flatMap { zip($0.coefficients, $1.coefficients).map(-) })
        // Both are reduced to the same last expert; its column of zeros is no coefficient.
        let known = SoftmaxGate(coefficients: reference.gate.coefficients).coefficients
        let free = known.storage.count - known.rowCount
        gates = Self.rootMeanSquare(
            zip(matched.gate.coefficients.storage.prefix(free), known.storage.prefix(free)).map(-))
        dispersions = Self.rootMeanSquare(
            zip(matched.experts, reference.experts).map { $0.dispersion / $1.dispersion - 1 })
    }

    private static func rootMeanSquare(_ values: [Double]) -> Double {
        (dot(values, values) / Double(max(values.count, 1))).squareRoot()
    }
}
