import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport

extension StandardErrors {
    /// All there are, in the order of ``MixtureModel/parameters``.
    var numbers: [Double] {
        zip(coefficients, logDispersions).flatMap { ($0 + [$1]).compactMap { $0 } }
            + gates.flatMap { $0.compactMap { $0 } }
    }
}

extension MixtureModel {
    /// Coefficients and log dispersion of each expert, then the gates.
    var parameters: [Double] {
        experts.flatMap { $0.coefficients + [log($0.dispersion)] }
            + (0..<expertCount - 1).flatMap { gate.coefficients.column($0) }
    }

    func with(_ parameters: [Double]) -> MixtureModel {
        var result = self
        var rest = parameters[...]
        for index in experts.indices {
            let count = experts[index].coefficients.count
            result.experts[index] = Expert(
                coefficients: Array(rest.prefix(count)), dispersion: exp(rest[rest.startIndex + count]))
            rest = rest.dropFirst(count + 1)
        }
        for index in 0..<(expertCount - 1) * gate.coefficients.rowCount {
            result.gate.coefficients.storage[index] = rest[rest.startIndex + index]
        }
        return result
    }

    /// From the observed information on raw rows.
    func observedErrors(_ rows: ShardRows, center: [Double], varianceFloor: Double) -> ParameterUncertainty? {
        var options = FitOptions(expertCount: expertCount)
        options.varianceFloor = varianceFloor
        let algorithm = GeneralisedEM(rows: rows, options: options, parallelism: .serial)
        let system = NewtonSystem(statistics(of: rows, level: .newton), model: self, algorithm: algorithm)
        guard let inverse = GeneralisedInverse(system.negativeHessian)?.inverse else { return nil }
        let size = (expertCount - 1) * design.gatePositions.count
        var gate = Matrix(rowCount: size, columnCount: size)
        for column in 0..<size { for row in 0..<size { gate[row, column] = inverse[row, column] } }
        let none = ParameterCovariance(
            standardErrors: [Double](repeating: 0, count: design.expertPositions.count + 1), correlations: nil)
        return ParameterUncertainty(
            source: .observed, experts: experts.map { _ in none }, gate: ParameterCovariance(gate)
        ).shifted(by: center, of: self)
    }
}
