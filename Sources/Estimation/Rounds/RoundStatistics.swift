import MixtureOfExperts

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
        return result
    }

    /// Whether every sum is a number.
    var isFinite: Bool {
        let sums =
            [weight, logLikelihood] + gate.gradient.joined() + gate.pairs.flatMap(\.storage)
            + moments.flatMap { [$0.weight, $0.squaredWeight] + $0.mean + $0.scatter.storage }
        return sums.allSatisfy(\.isFinite)
    }
}
