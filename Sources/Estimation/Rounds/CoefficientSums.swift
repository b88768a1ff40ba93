import MixtureOfExperts
import Numerics

/// What a Newton step of an expert whose weighted fit is not closed needs of the rows; additive, in the standard units of the round.
///
/// A coefficient that is withheld has an information of 0.
package struct CoefficientSums: Sendable, Equatable {
    /// Σ w τ ∂log φ/∂β.
    package var score: [Double]
    /// -Σ w τ ∂²log φ/∂β∂β'.
    package var information: PackedSymmetric
    /// Σ w τ ∂log φ/∂s, s the log dispersion; 0 where a family has none.
    package var dispersionScore = 0.0
    /// -Σ w τ ∂²log φ/∂s².
    package var dispersionInformation = 0.0

    package init(score: [Double], information: PackedSymmetric) {
        precondition(score.count == information.size, "a score and an information of the same coefficients")
        self.score = score
        self.information = information
    }

    init(size: Int) {
        self.init(score: [Double](repeating: 0, count: size), information: PackedSymmetric(size: size))
    }

    /// From a pass at level ``StatisticsLevel/expectationMaximization`` of a family whose fit is not closed.
    init(_ statistics: MixtureStatistics, _ expert: Int, _ design: Design) {
        self.init(
            score: statistics.expertScore(expert, design.expertPositions),
            information: statistics.expertInformation(expert, design.expertPositions))
        // Where a mean is 0 or a probability 1 to rounding there is no step to take.
        for position in score.indices where !hasInformation(position) { score[position] = 0 }
        guard statistics.layout.hasDispersion else { return }
        let layout = statistics.layout
        dispersionScore = statistics.linearSum(layout.dispersionGradient(expert)).first ?? 0
        dispersionInformation = statistics.linearSum(layout.dispersionInformation(expert)).first ?? 0
    }

    package var count: Int { score.count }
    var isReleased: Bool { score.indices.contains(where: hasInformation) }

    func hasInformation(_ position: Int) -> Bool { information[position, position] > 0 }

    package mutating func merge(_ other: CoefficientSums) {
        precondition(count == other.count, "sums of different coefficients")
        for index in score.indices { score[index] += other.score[index] }
        information += other.information
        dispersionScore += other.dispersionScore
        dispersionInformation += other.dispersionInformation
    }

    func scaled(by factor: Double) -> CoefficientSums {
        var result = CoefficientSums(score: score.map { factor * $0 }, information: factor * information)
        result.dispersionScore = factor * dispersionScore
        result.dispersionInformation = factor * dispersionInformation
        return result
    }

    /// Every number of them.
    var numbers: [Double] { score + information.storage + [dispersionScore, dispersionInformation] }

    // MARK: Disclosure

    /// With some coefficients withheld.
    func without(_ positions: some Sequence<Int>) -> CoefficientSums {
        var result = self
        for position in positions {
            result.score[position] = 0
            for other in score.indices { result.information[position, other] = 0 }
        }
        if !result.isReleased {
            result.dispersionScore = 0
            result.dispersionInformation = 0
        }
        return result
    }

    /// Without the slopes of a covariate, by its index among those of the experts.
    func without(covariate: Int, _ layout: CoefficientLayout) -> CoefficientSums {
        without((0..<layout.predictorCount(count)).map { layout.slope(covariate, of: $0) })
    }

    /// As if the covariate of a withheld slope had this value in all rows: the sums say nothing of the slope about that value.
    func filled(_ position: Int, value: Double, _ layout: CoefficientLayout) -> CoefficientSums {
        var result = self
        let intercept = layout.intercept(of: layout.predictor(position))
        result.score[position] = value * score[intercept]
        for other in score.indices where other != position {
            result.information[position, other] = value * result.information[intercept, other]
        }
        result.information[position, position] = value * result.information[intercept, position]
        return result
    }
}
