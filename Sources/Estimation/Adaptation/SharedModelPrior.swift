import Foundation
import MixtureOfExperts
import Numerics

/// A normal prior around the parameters of a shared model, in standard units.
///
/// With d the differences from it, the density of the gate is that of exp(-½ P Σ_r Σ_k (d_rk - d̄_r)²), d̄_r the mean over all experts:
/// against the last expert, whose coefficients are 0, it would depend on which expert is the last. Intercepts of experts and logarithms of
/// dispersions have a precision each. A block of infinite precision stays as it is.
struct SharedModelPrior: Sendable {
    let parameters: ParameterLayout
    /// The shared model.
    let center: [Double]
    /// Of each block that is fitted, finite.
    private(set) var precisions: [AdaptedBlock: Double]

    init(_ shared: MixtureModel, _ parameters: ParameterLayout, precisions: [AdaptedBlock: Double]) {
        self.parameters = parameters
        center = parameters.vector(shared)
        self.precisions = precisions.filter { $0.value.isFinite }
    }

    /// With some parameters left out: those that are held.
    func free(without held: [Int]) -> [Int] {
        let held = Set(held)
        return AdaptedBlock.allCases.filter { precisions[$0] != nil }.flatMap { parameters.indices($0) }
            .filter { !held.contains($0) }
    }

    /// The negative second derivatives of the log density, of these parameters.
    func matrix(_ indices: [Int]) -> Matrix {
        var result = Matrix(rowCount: indices.count, columnCount: indices.count)
        let gate = precisions[.gate] ?? 0
        let share = 1 / Double(parameters.expertCount)
        for (row, first) in indices.enumerated() {
            guard let block = parameters.block(first) else { continue }
            result[row, row] = precisions[block] ?? 0
            guard block == .gate else { continue }
            for (column, second) in indices.enumerated() where parameters.isSameRegressor(first, second) {
                result[row, column] -= gate * share
            }
        }
        return result
    }

    /// ½ d'Pd.
    func value(_ model: MixtureModel) -> Double {
        let all = free(without: [])
        let difference = difference(model, all)
        return 0.5 * dot(difference, matrix(all) * difference)
    }

    func difference(_ model: MixtureModel, _ indices: [Int]) -> [Double] {
        let vector = parameters.vector(model)
        return indices.map { vector[$0] - center[$0] }
    }

    /// log det of ``matrix(_:)``; nil where a precision is 0.
    ///
    /// The contrasts of K experts have determinant 1 / K for each regressor.
    func logDeterminant(_ indices: [Int]) -> Double? {
        var sum = 0.0
        for (block, precision) in precisions {
            guard precision > 0 else { return nil }
            let own = indices.count { parameters.block($0) == block }
            sum += Double(own) * log(precision)
            if block == .gate {
                sum -= Double(parameters.gatePositions.count) * log(Double(parameters.expertCount))
            }
        }
        return sum
    }
}

extension ParameterLayout {
    /// Gate coefficients, expert coefficients, log dispersions.
    func vector(_ model: MixtureModel) -> [Double] {
        (0..<gateCount).flatMap { Array(model.gate.coefficients.column($0)) } + model.experts.flatMap(\.coefficients)
            + (hasDispersion ? model.experts.map { log($0.dispersion) } : [])
    }

    func indices(_ block: AdaptedBlock) -> [Int] {
        switch block {
        case .gate: Array(0..<predictorStart(0))
        case .intercepts: (0..<predictorCount).map(predictorStart)
        case .dispersions: hasDispersion ? (0..<expertCount).map(dispersionIndex) : []
        }
    }

    /// nil for the slopes of an expert.
    func block(_ index: Int) -> AdaptedBlock? {
        if index < predictorStart(0) { return .gate }
        if index >= dispersionIndex(0) { return .dispersions }
        return (index - predictorStart(0)).isMultiple(of: expertPositions.count) ? .intercepts : nil
    }

    /// Whether two coefficients belong to one regressor of the gate.
    func isSameRegressor(_ first: Int, _ second: Int) -> Bool {
        block(first) == .gate && block(second) == .gate
            && (first - second).isMultiple(of: gatePositions.count)
    }
}
