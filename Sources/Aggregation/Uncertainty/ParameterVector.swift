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

    var isFinite: Bool { experts.joined().allSatisfy(\.isFinite) && gate.allSatisfy(\.isFinite) }

    func minus(_ other: ParameterVector) -> ParameterVector {
        var result = self
        for index in experts.indices { result.experts[index] = zip(experts[index], other.experts[index]).map(-) }
        result.gate = zip(gate, other.gate).map(-)
        return result
    }

    /// Of vectors of one model; not of none.
    static func mean(_ vectors: [ParameterVector]) -> ParameterVector {
        var result = vectors[0]
        let count = Double(vectors.count)
        func mean(_ values: (ParameterVector) -> [Double]) -> [Double] {
            let all = vectors.map(values)
            return all[0].indices.map { index in all.reduce(0) { $0 + $1[index] } / count }
        }
        for index in result.experts.indices { result.experts[index] = mean { $0.experts[index] } }
        result.gate = mean(\.gate)
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
    /// Σ f d d' of differences of the same parameters; what is held stays held, and what is not determined stays so.
    func replaced(by differences: [[Double]], factors: [Double], degrees: Double?) -> ParameterCovariance {
        var sum = PackedSymmetric(size: count)
        for (difference, factor) in zip(differences, factors) {
            let free = difference.enumerated().map { standardErrors[$0.offset] > 0 ? $0.element : 0 }
            sum.addOuterProduct(free, scale: factor)
        }
        return ParameterCovariance(sum.matrix(), undetermined: undetermined, degrees: degrees)
    }

    /// Without what is known of some parameters.
    func unknown(_ parameters: some Sequence<Int>) -> ParameterCovariance {
        let lost = Set(parameters)
        guard !lost.isEmpty else { return self }
        guard var matrix else { return self }
        for index in lost {
            for other in 0..<count {
                matrix[index, other] = 0
                matrix[other, index] = 0
            }
        }
        return ParameterCovariance(
            matrix, undetermined: Set(undetermined).union(lost).sorted(), degrees: lost.count < count ? degrees : nil)
    }
}
