import Foundation
import Numerics

/// What a mixture says of rows that it has not seen.
package struct Prediction: Sendable {
    /// π_k(x); rows x K.
    package let gates: Matrix
    /// P(Y = c | x); rows x classes.
    ///
    /// nil where responses are numbers.
    package let classProbabilities: Matrix?
    private let family: any ExpertFamily
    private let experts: [Expert]
    /// Linear predictors of the experts, expert after expert; rows x (K · predictors of the family).
    package let predictors: Matrix

    /// - Parameter covariates: rows x the mixture's covariates, in its units.
    package init(_ mixture: some ConditionalMixture, covariates: Matrix) {
        family = mixture.family
        experts = mixture.experts
        gates = mixture.gateProbabilities(covariates)
        predictors = mixture.predictors(covariates)
        if case .classes(let names) = family.response {
            classProbabilities = Self.classProbabilities(
                family, experts, classes: names.count, gates: gates, predictors: predictors)
        } else {
            classProbabilities = nil
        }
    }

    package var rowCount: Int { gates.rowCount }

    /// - Precondition: responses are numbers, not classes.
    package func distribution(_ row: Int) -> any PredictiveDistribution {
        let weights = gates.row(row)
        let regressions = experts.indices.filter { experts[$0].fixed == nil }
        guard regressions.count < experts.count else { return distribution(row, regressions, weights: weights) }
        let total = regressions.reduce(0) { $0 + weights[$1] }
        // Where none of them has any weight they do not matter.
        let shares = regressions.map { total > 0 ? weights[$0] / total : 1 / Double(regressions.count) }
        let fixed = experts.indices.compactMap { index in
            experts[index].fixed.map { (weight: weights[index], distribution: $0.distribution) }
        }
        return MixedDistribution(
            distribution(row, regressions, weights: shares), weight: total, fixed: fixed,
            isCount: family.response == .count)
    }

    private func distribution(_ row: Int, _ experts: [Int], weights: [Double]) -> any PredictiveDistribution {
        let dispersions = experts.map { self.experts[$0].dispersion }
        let own = experts.map { predictors(of: $0, row: row) }
        if family is GaussianFamily {
            return GaussianMixtureDistribution(
                weights: weights, means: own.map { $0[0] }, deviations: dispersions.map { $0.squareRoot() })
        }
        let members = FamilyMixture(family, weights: weights, predictors: own, dispersions: dispersions)
        switch family.response {
        case .number, .positiveNumber: return ContinuousMixtureDistribution(members)
        case .count: return CountMixtureDistribution(members)
        case .classes: preconditionFailure("classes have probabilities, no order")
        }
    }

    /// - Precondition: responses are classes.
    package func classDistribution(_ row: Int) -> ClassDistribution {
        guard let classProbabilities else { preconditionFailure("numbers are no classes") }
        return ClassDistribution(probabilities: classProbabilities.row(row))
    }

    /// The expert with the largest gate probability.
    package func mostProbableExpert(_ row: Int) -> Int {
        gates.row(row).indices.max { gates[row, $0] < gates[row, $1] } ?? 0
    }

    private func predictors(of expert: Int, row: Int) -> [Double] {
        (0..<family.predictorCount).map { predictors[row, expert * family.predictorCount + $0] }
    }

    /// Σ_k π_k φ(c | x; θ_k), class by class and expert by expert for all rows together.
    private static func classProbabilities(
        _ family: any ExpertFamily, _ experts: [Expert], classes: Int, gates: Matrix, predictors: Matrix
    ) -> Matrix {
        let count = gates.rowCount
        var result = Matrix(rowCount: count, columnCount: classes)
        for code in 0..<classes {
            family.forEachLogDensity(
                experts, predictors: predictors,
                responses: [Double](repeating: Double(code), count: count)
            ) { expert, logs in
                for row in 0..<count { result[row, code] += gates[row, expert] * exp(logs[row]) }
            }
        }
        return result
    }
}
