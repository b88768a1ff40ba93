import MixtureOfExperts
import Numerics

/// Σ I_l and Σ I_l β_l of some experts: the expert that all of them together speak for is β = (Σ I_l)⁻¹ Σ I_l β_l, one Newton step
/// of the pooled weighted fit from where the local fits ended.
struct InformationSum: Sendable {
    private(set) var information: PackedSymmetric
    private(set) var score: [Double]
    private var weight = 0.0
    /// Σ weight · dispersion.
    private var dispersion = 0.0

    init(size: Int) {
        information = PackedSymmetric(size: size)
        score = [Double](repeating: 0, count: size)
    }

    /// - Parameters:
    ///   - gradient: of the log-likelihood at the expert, where that is not 0: one Newton step then leads to the maximum without a
    ///     lasso.
    ///   - weight: rows that the expert stands for.
    init(_ expert: Expert, information: PackedSymmetric, gradient: [Double]? = nil, weight: Double) {
        self.information = information
        score = information * expert.coefficients
        if let gradient { score = zip(score, gradient).map(+) }
        self.weight = weight
        dispersion = weight * expert.dispersion
    }

    mutating func merge(_ other: InformationSum) {
        information += other.information
        score.add(other.score)
        weight += other.weight
        dispersion += other.dispersion
    }

    /// Directions that no expert determines get coefficient 0.
    ///
    /// - Parameter kept: coefficients that are not 0; nil for all.
    func expert(dispersionFloor: Double, keeping kept: [Int]? = nil) -> Expert {
        let kept = kept ?? Array(score.indices)
        var coefficients = [Double](repeating: 0, count: score.count)
        let solution = solvePositiveSemidefinite(
            information.submatrix(rows: kept, columns: kept), kept.map { score[$0] })
        for (index, value) in zip(kept, solution) { coefficients[index] = value }
        return Expert(
            coefficients: coefficients, dispersion: weight > 0 ? max(dispersion / weight, dispersionFloor) : 1)
    }
}
