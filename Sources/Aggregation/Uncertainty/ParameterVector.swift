import Foundation
import MixtureOfExperts
import Numerics

/// The parameters of a mixture as its errors have them: of each expert coefficients and log dispersion, of the gate all columns but the last.
struct ParameterVector: Sendable {
    enum Block: Sendable {
        case expert(Int)
        case gate
    }

    private var experts: [[Double]]
    private var gate: [Double]

    init(_ model: MixtureModel) {
        experts = model.experts.map { expert in
            expert.coefficients + (model.family.hasDispersion ? [log(expert.dispersion)] : [])
        }
        gate = (0..<model.expertCount - 1).flatMap { model.gate.coefficients.column($0) }
    }

    subscript(block: Block) -> [Double] {
        switch block {
        case .expert(let index): experts[index]
        case .gate: gate
        }
    }

    func minus(_ other: ParameterVector) -> ParameterVector {
        var result = self
        for index in experts.indices { result.experts[index] = zip(experts[index], other.experts[index]).map(-) }
        result.gate = zip(gate, other.gate).map(-)
        return result
    }
}

extension ParameterUncertainty {
    /// With other covariances of each block.
    func replaced(
        source: Source, _ block: (ParameterVector.Block, ParameterCovariance) -> ParameterCovariance
    ) -> ParameterUncertainty {
        ParameterUncertainty(
            source: source, experts: experts.enumerated().map { block(.expert($0.offset), $0.element) },
            gate: block(.gate, gate))
    }
}

extension ParameterCovariance {
    /// Of the same parameters; what is held stays held, and what is not determined stays so.
    func replaced(by covariance: Matrix, degrees: Double?) -> ParameterCovariance {
        var result = covariance
        for index in 0..<count where standardErrors[index] == 0 {
            for other in 0..<count {
                result[index, other] = 0
                result[other, index] = 0
            }
        }
        return ParameterCovariance(result, undetermined: undetermined, degrees: degrees)
    }

    /// Nothing is known of any of them.
    var unknown: ParameterCovariance {
        ParameterCovariance(
            Matrix(rowCount: count, columnCount: count), undetermined: (0..<count).filter { standardErrors[$0] > 0 })
    }
}
