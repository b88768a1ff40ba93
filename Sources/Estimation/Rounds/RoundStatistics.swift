import MixtureOfExperts
import Numerics

/// What a site sends in a round: the additive statistics of its rows at a given mixture.
///
/// No row is in it.
package struct RoundStatistics: Sendable, Equatable {
    package var rowCount: Int
    /// Σ of the row weights.
    package var weight: Double
    /// At the given mixture, of the response in the user's units.
    package var logLikelihood: Double
    /// Moments of (x, y) under the posterior of each expert, in the user's units; of weight 0 where all is withheld.
    package var moments: [Moments]
    /// In the standard units of the given mixture, ``GeneralisedEMRound/standardisation``.
    package var gate: GateSums
    /// Of each expert, in these units; empty where the weighted fit is closed, for then the moments hold it.
    package var coefficients: [CoefficientSums] = []
    /// The negative Hessian of the log-likelihood in all parameters, gates, coefficients and log dispersions in turn, in these units; nil where
    /// it is not released.
    package var jointInformation: PackedSymmetric?
    /// Of each expert the covariates, by number, that a rule made constant; empty where there are none, and of merged statistics.
    package var withheld: [[Int: WithheldColumn]] = []
    /// Whether the sums are those of a release, rounded to half a standard error.
    package var isRounded = false

    package init(rowCount: Int, weight: Double, logLikelihood: Double, moments: [Moments], gate: GateSums) {
        precondition(moments.count == gate.expertCount, "statistics for every expert")
        self.rowCount = rowCount
        self.weight = weight
        self.logLikelihood = logLikelihood
        self.moments = moments
        self.gate = gate
    }

    /// Adds the statistics of other rows at the same mixture.
    package mutating func merge(_ other: RoundStatistics) {
        rowCount += other.rowCount
        weight += other.weight
        logLikelihood += other.logLikelihood
        for expert in moments.indices { moments[expert].merge(other.moments[expert]) }
        gate.merge(other.gate)
        for expert in coefficients.indices { coefficients[expert].merge(other.coefficients[expert]) }
        if let own = jointInformation, let others = other.jointInformation {
            jointInformation = PackedSymmetric(size: own.size, storage: zip(own.storage, others.storage).map(+))
        } else {
            jointInformation = nil
        }
        isRounded = isRounded || other.isRounded
        withheld = []
    }

    /// The statistics of the same rows with all weights multiplied by `factor`.
    package func scaled(by factor: Double) -> RoundStatistics {
        guard factor != 1 else { return self }
        var result = self
        result.weight = factor * weight
        result.logLikelihood = factor * logLikelihood
        result.moments = moments.map { $0.scaled(by: factor) }
        result.gate = gate.scaled(by: factor)
        result.coefficients = coefficients.map { $0.scaled(by: factor) }
        result.jointInformation = jointInformation.map { factor * $0 }
        return result
    }

    /// Whether every sum is a number.
    var isFinite: Bool {
        var sums = [weight, logLikelihood] + gate.gradient.joined() + gate.pairs.flatMap(\.storage)
        for own in moments { sums += [own.weight, own.squaredWeight] + own.mean + own.scatter.storage }
        for own in coefficients { sums += own.numbers }
        if let jointInformation { sums += jointInformation.storage }
        return sums.allSatisfy(\.isFinite)
    }
}
