import Foundation
import MixtureOfExperts
import Numerics

/// What the sums of a site say of each other: no row is needed to see that they cannot be of one set of rows.
extension RoundStatistics {
    /// The most that the log-likelihood can be, per row: with posteriors τ it is Σ τ w (log π + log φ) and the entropy of τ, which is at
    /// most log K for a weight of 1, and log π is not positive.
    ///
    /// Of normal experts the moments give Σ τ w log φ; the probability of a count or a class is at most 1.
    ///
    /// - Parameter model: that the statistics were taken at, in the user's units.
    /// - Returns: nil where nothing is released, or nothing bounds the density.
    package func largestLogLikelihoodPerRow(at model: MixtureModel) -> Double? {
        let released = moments.reduce(0) { $0 + $1.weight }
        if model.family.response.isDiscrete { return 0 }
        guard model.family is GaussianFamily, released > 0 else { return nil }
        let density = zip(moments, model.experts).reduce(0.0) { sum, own in
            let (moments, expert) = own
            guard moments.weight > 0 else { return sum }
            let residual = moments.meanSquaredResidual(of: expert.coefficients, on: model.design.expertCovariates)
            return sum - 0.5 * moments.weight * (log(2 * .pi * expert.dispersion) + residual / expert.dispersion)
        }
        return density / released + log(Double(model.expertCount))
    }

    /// Why the sums of the gate cannot be of these rows; nil where they can.
    ///
    /// With u = τ - π, which is at most 1, |Σ w u z_j|² ≤ Σ w Σ w z_j², and π_a π_b is at most ¼. Σ w z_j² is in the moments.
    ///
    /// From below the information I is bounded by the gradient g: g'I⁻¹g ≤ Σ w u² / (π (1 - π)), by Cauchy and Schwarz, which is Σ w where
    /// the gate is right. Rows that it takes to be of other experts have more of it each, up to 1 / π.
    package func gateProblem(_ design: Design, _ standardisation: Standardisation) -> String? {
        let own = moments.filter { $0.weight > 0 }.map(standardisation.standardised)
        let squares =
            [weight]
            + design.gateCovariates.map { column in
                own.reduce(0) { $0 + $1.scatter[column, column] + $1.weight * $1.mean[column] * $1.mean[column] }
            }
        let slack = 1 + Self.rounding
        for (index, square) in squares.enumerated() {
            // Of a column that is constant at the site rounding may be left.
            let square = square + 1e-12 * weight
            let bound = (weight * square).squareRoot()
            let sum = gate.gradient.reduce(0) { $0 + $1[index] }
            guard abs(sum) <= Self.rounding * bound else { return "gradients do not add up to 0" }
            guard gate.gradient.allSatisfy({ abs($0[index]) <= slack * bound }) else {
                return "gradients are more than the rows support"
            }
            guard gate.pairs.allSatisfy({ $0[index, index] <= 0.25 * slack * square }) else {
                return "information is more than the rows support"
            }
        }
        let gain = Self.leastInformation.map { gate.newtonDecrement(ridge: $0 * weight) }.max() ?? 0
        return gain <= Self.largestGain * weight
            ? nil : "gradient is more than the information supports: its Newton step would have no end"
    }

    /// Why scores and information of an expert's coefficients cannot be of one set of rows; nil where they can.
    ///
    /// As of the gate the score s of a row and its information κ bound the gradient: g'I⁻¹g ≤ Σ w τ s² / κ, which is Σ w τ where the model is
    /// right.
    package func coefficientProblem(_ expert: Int) -> String? {
        let own = coefficients[expert]
        guard own.score.indices.allSatisfy({ own.hasInformation($0) || own.score[$0] == 0 }) else {
            return "has a score without information"
        }
        guard moments[expert].weight > 0 || !own.isReleased else { return "has a score without rows" }
        let dispersion = (weight * max(weight, own.dispersionInformation)).squareRoot()
        guard abs(own.dispersionScore) <= Self.largestGain.squareRoot() * dispersion else {
            return "score of the dispersion is more than the rows support"
        }
        let gain =
            Self.leastInformation.map { ridge in
                var system = own.information.matrix()
                for index in own.score.indices { system[index, index] += ridge * weight }
                return dot(own.score, solvePositiveSemidefinite(system, own.score))
            }.max() ?? 0
        return gain <= Self.largestGain * weight
            ? nil : "score is more than the information supports: its Newton step would have no end"
    }

    private static let rounding = 1e-6
    /// Per row: what rounding may leave of an information of 0.
    ///
    /// Beside information on other coefficients the smaller one counts as 0.
    private static let leastInformation = [1e-8, 1e-12]
    /// Per row.
    private static let largestGain = 1e4
}
