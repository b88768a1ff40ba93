import Foundation
import Numerics

/// A finite mixture of members of one family: what the distributions of ``Prediction`` are made of.
package struct FamilyMixture: Sendable {
    /// What components that are left out may change, as a share of the spread of the distribution.
    private static let negligible = 1e-9

    let family: any ExpertFamily
    let weights: [Double]
    /// [component][linear predictor].
    let predictors: [[Double]]
    let dispersions: [Double]
    let means: [Double]
    let deviations: [Double]

    /// - Parameter weights: nonnegative, sum to 1.
    package init(_ family: any ExpertFamily, weights: [Double], predictors: [[Double]], dispersions: [Double]) {
        self.family = family
        self.weights = weights
        self.predictors = predictors
        self.dispersions = dispersions
        means = predictors.map(family.mean)
        deviations = zip(predictors, dispersions).map { family.variance($0, dispersion: $1).squareRoot() }
    }

    private init(_ other: FamilyMixture, kept: [Int]) {
        family = other.family
        let total = kept.reduce(0) { $0 + other.weights[$1] }
        weights = kept.map { other.weights[$0] / total }
        predictors = kept.map { other.predictors[$0] }
        dispersions = kept.map { other.dispersions[$0] }
        means = kept.map { other.means[$0] }
        deviations = kept.map { other.deviations[$0] }
    }

    /// Positive numbers, whose predictors are logarithms of means, in a unit near the largest mean where that is far from 1.
    func inUnitOfMeans() -> (FamilyMixture, Double) {
        let largest = weights.indices.filter { weights[$0] > 0 }.map { means[$0] }.max() ?? 1
        guard largest > 0, !(1e-20...1e20).contains(largest) else { return (self, 1) }
        let shift = log(largest)
        let moved = predictors.indices.map { index in
            // As the family takes it: means stop growing somewhere.
            [means[index] > 0 ? log(means[index]) - shift : predictors[index][0] - shift]
        }
        return (FamilyMixture(family, weights: weights, predictors: moved, dispersions: dispersions), exp(shift))
    }

    var mean: Double { dot(weights, means) }

    /// By the law of total variance.
    var variance: Double {
        let center = mean
        return weights.indices.reduce(0) { sum, index in
            let difference = means[index] - center
            return sum + weights[index] * (deviations[index] * deviations[index] + difference * difference)
        }
    }

    func cumulativeProbability(_ response: Double) -> Double {
        weights.indices.reduce(0) { weights[$1] > 0 ? $0 + weights[$1] * cumulative(response, $1) : $0 }
    }

    /// P(Y ≤ y) of one component.
    ///
    /// Counts and positive numbers whose deviation is less than 1e-4 of the mean are taken as normal, which is wrong by less
    /// than 3e-5: the series of their distribution functions then run over very many terms.
    func cumulative(_ response: Double, _ component: Int) -> Double {
        if family.response != .number, deviations[component] < 1e-4 * means[component] {
            return Scalar.normalDistribution((response - means[component]) / deviations[component])
        }
        return family.cumulativeProbability(response, predictors[component], dispersion: dispersions[component])
    }

    /// A value beyond the means on one side, -1 or 1, for whose distribution function `holds`.
    func end(_ side: Double, where holds: (Double) -> Bool) -> Double {
        var reach = 8.0
        while true {
            let ends = weights.indices.filter { weights[$0] > 0 }.map { side * means[$0] + reach * deviations[$0] }
            let value = side * (ends.max() ?? 0)
            if reach > 1e6 || holds(cumulativeProbability(value)) { return value }
            reach *= 2
        }
    }

    /// Values between which the distribution function is smooth at one scale: the means, and where components begin and end.
    var breaks: [Double] {
        [-8.0, 0, 8, 32].flatMap { reach in weights.indices.map { means[$0] + reach * deviations[$0] } }
    }

    /// Without components that change the CRPS by less than 2e-9 of the spread S in all: those of small
    /// w (|μ_k - μ| + σ_k + S), S the mean of |μ_k - μ| + σ_k.
    ///
    /// With F = (1 - ε) G + ε D the scores of F and G differ by at most 2 ∫|F - G| ≤ 2 ε (E_D|Y - μ| + E_G|Y - μ|).
    func withoutNegligibleComponents() -> FamilyMixture {
        let center = mean
        let distances = weights.indices.map { abs(means[$0] - center) + deviations[$0] }
        let spread = dot(weights, distances)
        let bound = Self.negligible * spread / Double(weights.count)
        // What cannot be compared is kept, so that it shows.
        let kept = weights.indices.filter { !(weights[$0] * (distances[$0] + spread) <= bound) }
        return kept.count == weights.count || kept.isEmpty ? self : FamilyMixture(self, kept: kept)
    }
}
