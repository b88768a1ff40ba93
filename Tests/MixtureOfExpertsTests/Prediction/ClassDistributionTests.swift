import MixtureOfExperts
import Numerics
import TestSupport
import Testing

@Suite struct ClassDistributionTests {
    private static let distributions = [
        [0.5, 0.5], [1, 0, 0], [0.2, 0.5, 0.3], [0.05, 0.6, 0.05, 0.3], [0.125, 0.25, 0.125, 0.25, 0.25],
    ].map { ClassDistribution(probabilities: $0) }

    /// All subsets, one by one.
    @Test(arguments: distributions, [0.01, 0.5, 0.75, 0.9, 0.999])
    func noSmallerSetHoldsTheLevel(_ distribution: ClassDistribution, _ level: Double) {
        let count = distribution.probabilities.count
        func probability(_ classes: [Int]) -> Double { classes.reduce(0) { $0 + distribution.probabilities[$1] } }
        let set = distribution.predictionSet(level)
        #expect(Set(set).count == set.count)
        #expect(probability(set) >= level)
        for bits in 0..<1 << count {
            let subset = (0..<count).filter { bits >> $0 & 1 == 1 }
            if subset.count < set.count { #expect(probability(subset) < level) }
            // Of the sets of this size it is the most probable.
            if subset.count == set.count { #expect(probability(subset) <= probability(set) + 1e-15) }
        }
    }

    @Test func theMostProbableComesFirst() {
        #expect(Self.distributions[3].predictionSet(0.92) == [1, 3, 0])
        #expect(Self.distributions[4].predictionSet(0.9) == [1, 3, 4, 0, 2])
        #expect(Self.distributions.map(\.mostProbableClass) == [0, 0, 1, 1, 1])
    }

    @Test func brierScores() {
        #expect(abs(Self.distributions[2].brierScore(1) - (0.04 + 0.25 + 0.09)) < 1e-15)
        #expect(Self.distributions[1].brierScore(0) == 0)
        #expect(Self.distributions[1].brierScore(2) == 2)
    }

    /// Σ_k π_k P(c | x; θ_k).
    @Test(arguments: FamilyModel.classes) func probabilitiesAreThoseOfTheExpertsByTheirGates(_ family: FamilyModel) {
        let model = family.model
        let rows = family.rows(70, seed: 3)
        let prediction = Prediction(model, covariates: rows.covariates)
        let (gates, predictors) = (
            model.gateProbabilities(rows.covariates), model.predictors(rows.covariates)
        )
        let width = model.family.predictorCount
        for row in 0..<70 {
            var expected = [Double](repeating: 0, count: width + 1)
            for expert in 0..<2 {
                var own = [0] + (0..<width).map { predictors[row, expert * width + $0] }
                Scalar.softmax(&own)
                for (code, probability) in own.enumerated() { expected[code] += gates[row, expert] * probability }
            }
            let found = prediction.classDistribution(row).probabilities
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-14 })
            #expect(abs(found.reduce(0, +) - 1) < 1e-14)
        }
    }
}
