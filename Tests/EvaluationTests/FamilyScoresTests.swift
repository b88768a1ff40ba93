import Evaluation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// ``Scores`` of every family.
@Suite struct FamilyScoresTests {
    private func areClose(_ left: Scores, _ right: Scores) -> Bool {
        func isClose(_ path: KeyPath<Scores, Double?>) -> Bool {
            guard let left = left[keyPath: path], let right = right[keyPath: path] else {
                return left[keyPath: path] == right[keyPath: path]
            }
            return abs(left - right) < 1e-10 * max(1, abs(left))
        }
        let paths: [KeyPath<Scores, Double?>] = [
            \.crps, \.rmse, \.mae, \.relativePredictionError, \.rSquared, \.correlation, \.logLoss, \.accuracy, \.brier,
            \.auc, \.expectedCoverage90,
        ]
        func areClose(_ left: [Double]?, _ right: [Double]?) -> Bool {
            zip(left ?? [], right ?? []).allSatisfy { abs($0 - $1) < 1e-10 * max(1, abs($0)) }
        }
        return paths.allSatisfy(isClose) && abs(left.logLikelihoodPerRow - right.logLikelihoodPerRow) < 1e-11
            && abs(left.coverage90 - right.coverage90) < 1e-12 && areClose(left.pitHistogram, right.pitHistogram)
            && areClose(left.confusion?.flatMap { $0 }, right.confusion?.flatMap { $0 })
    }

    // MARK: Laws

    @Test(arguments: FamilyModel.all) func aWeightOfTwoIsTheRowTwice(_ family: FamilyModel) {
        let plain = family.rows(90, seed: 5)
        let weighted = plain.weighted((0..<90).map { Double($0 % 3) })
        let repeated = plain.subset((0..<90).flatMap { [Int](repeating: $0, count: $0 % 3) })
        let scores = Scores(family.model, on: repeated)
        #expect(areClose(Scores(family.model, on: weighted), scores))
        #expect(!areClose(Scores(family.model, on: plain), scores))
    }

    @Test(arguments: FamilyModel.all) func theOrderOfRowsDoesNotMatter(_ family: FamilyModel) {
        let rows = family.rows(200, seed: 6, weights: (0..<200).map { 0.5 + Double($0 % 5) })
        var random = RandomNumbers(seed: 7)
        let shuffled = rows.subset(random.permutation(200))
        #expect(areClose(Scores(family.model, on: shuffled), Scores(family.model, on: rows)))
    }

    @Test(arguments: FamilyModel.all) func scoresDoNotDependOnThreads(_ family: FamilyModel) {
        let rows = family.rows(4500, seed: 8)
        #expect(
            Scores(family.model, on: rows, parallelism: Parallelism(threads: 2)) == Scores(family.model, on: rows))
    }

    /// More components, of which many are the same: the same density, so the same scores.
    @Test(arguments: FamilyModel.all) func scoresOfAnAverageOfTheSameModel(_ family: FamilyModel) {
        let rows = family.rows(150, seed: 9)
        let average = AveragedModels(family.model, weights: [0.5, 0.25, 0.125, 0.125])
        var (many, one) = (Scores(average, on: rows), Scores(family.model, on: rows))
        if let score = one.crps, let other = many.crps {
            #expect(abs(score - other) < 1e-7)
            (one.crps, many.crps) = (0, 0)
        }
        #expect(areClose(many, one))
    }

    /// The expectation of a proper score is least at the truth.
    @Test(arguments: FamilyModel.all) func theTruthScoresBest(_ family: FamilyModel) {
        let rows = family.rows(4000, seed: 10)
        let truth = Scores(family.model, on: rows)
        let wrong = [
            family.perturbed { $0.coefficients[0] += 0.3 }, family.perturbed { $0.coefficients[1] *= 0.5 },
            family.model.reordered([1, 0]).withGate(family.model.gate),
        ]
        for model in wrong {
            let scores = Scores(model, on: rows)
            #expect(scores.logLikelihoodPerRow < truth.logLikelihoodPerRow)
            if let own = scores.crps, let best = truth.crps { #expect(own > best) }
            if let own = scores.brier, let best = truth.brier { #expect(own > best) }
            if let own = scores.logLoss, let best = truth.logLoss { #expect(own > best) }
        }
    }

    // MARK: Calibration

    /// Within 5 standard deviations of a binomial share; what is spread over bins varies less.
    @Test(arguments: FamilyModel.all) func theTruthIsCalibrated(_ family: FamilyModel) {
        let count = 5000
        let scores = Scores(family.model, on: family.rows(count, seed: 11))
        func deviation(_ share: Double) -> Double { (share * (1 - share) / Double(count)).squareRoot() }
        let expected = scores.expectedCoverage90 ?? 0.9
        #expect(expected >= 0.9)
        #expect(abs(scores.coverage90 - expected) < 5 * deviation(0.9))
        if let histogram = scores.pitHistogram {
            #expect(histogram.count == 20)
            #expect(abs(histogram.reduce(0, +) - 1) < 1e-12)
            #expect(histogram.allSatisfy { abs($0 - 0.05) < 5 * deviation(0.05) })
        }
    }

    @Test(arguments: [FamilyModel.gaussian, .gamma]) func tooNarrowADistributionShows(_ family: FamilyModel) throws {
        let narrow = family.perturbed { $0.dispersion /= 4 }
        let scores = Scores(narrow, on: family.rows(3000, seed: 12))
        let histogram = try #require(scores.pitHistogram)
        #expect(scores.coverage90 < 0.75)
        #expect(histogram[0] > 0.1 && histogram[19] > 0.1)
    }

    /// Every row counts evenly between P(Y < y) and P(Y ≤ y): by hand for a mean that makes most counts 0.
    @Test func theHistogramOfCountsIsSpread() throws {
        let model = MixtureModel(
            design: RandomData.design(1), family: PoissonFamily(),
            gate: SoftmaxGate(expertCount: 1, covariateCount: 1),
            experts: [Expert(coefficients: [log(log(2)), 0], dispersion: 1)])
        let rows = ShardRows(covariates: Matrix(rowCount: 2, columnCount: 1), responses: [0, 0], weights: [1, 3])
        let scores = Scores(model, on: rows)
        // P(Y = 0) = ½.
        let histogram = try #require(scores.pitHistogram)
        #expect(histogram.prefix(10).allSatisfy { abs($0 - 0.1) < 1e-12 })
        #expect(histogram.suffix(10).allSatisfy { abs($0) < 1e-12 })
        #expect(scores.coverage90 == 1)
        // P(Y ≤ 2), since P(Y ≤ 1) = ½ (1 + log 2) < 0.95.
        let promised = 0.5 * (1 + log(2) + 0.5 * log(2) * log(2))
        #expect(abs(try #require(scores.expectedCoverage90) - promised) < 1e-12)
    }

    // MARK: Classes

    @Test(arguments: FamilyModel.classes) func classScoresAreTheNaiveSums(_ family: FamilyModel) throws {
        let rows = family.rows(300, seed: 13, weights: (0..<300).map { Double($0 % 4) })
        let scores = Scores(family.model, on: rows)
        let prediction = Prediction(family.model, covariates: rows.covariates)
        var (logLoss, brier, right, covered) = (0.0, 0.0, 0.0, 0.0)
        for row in 0..<300 {
            let (weight, observed) = (rows.weight(row), Int(rows.responses[row]))
            let distribution = prediction.classDistribution(row)
            logLoss -= weight * log(distribution.probabilities[observed])
            brier += weight * distribution.brierScore(observed)
            right += distribution.mostProbableClass == observed ? weight : 0
            covered += distribution.predictionSet(0.9).contains(observed) ? weight : 0
        }
        let total = rows.totalWeight
        #expect(abs(try #require(scores.logLoss) - logLoss / total) < 1e-12)
        #expect(abs(try #require(scores.brier) - brier / total) < 1e-12)
        #expect(abs(try #require(scores.accuracy) - right / total) < 1e-12)
        #expect(abs(scores.coverage90 - covered / total) < 1e-12)
        #expect(scores.logLoss == -scores.logLikelihoodPerRow)
        guard case .classes(let names) = family.model.family.response else {
            Issue.record("a family of the list of classes has none: \(family)")
            return
        }
        #expect(scores.classes == names)
    }

    @Test(arguments: FamilyModel.classes) func theConfusionMatrixAddsUp(_ family: FamilyModel) throws {
        let rows = family.rows(500, seed: 14, weights: (0..<500).map { Double($0 % 3) })
        let scores = Scores(family.model, on: rows)
        let confusion = try #require(scores.confusion)
        for (code, weights) in confusion.enumerated() {
            let own = (0..<500).reduce(0) { $0 + (rows.responses[$1] == Double(code) ? rows.weight($1) : 0) }
            #expect(weights.reduce(0, +) == own)
        }
        let diagonal = confusion.indices.reduce(0) { $0 + confusion[$1][$1] }
        #expect(abs(try #require(scores.accuracy) - diagonal / rows.totalWeight) < 1e-14)
    }

    /// Few values of the covariates, so that many rows have the same probability.
    @Test(arguments: [false, true]) func theAreaCountsPairs(_ isWeighted: Bool) throws {
        let model = FamilyModel.twoClasses.model
        var random = RandomNumbers(seed: 15)
        let covariates = Matrix(
            columns: (0..<2).map { _ in (0..<200).map { _ in Double(random.index(below: 4)) - 1.5 } })
        let rows = ShardRows(
            covariates: covariates, responses: model.sample(covariates, using: &random),
            weights: isWeighted ? (0..<200).map { 0.5 + Double($0 % 3) } : nil)
        let probabilities = try #require(Prediction(model, covariates: covariates).classProbabilities)
        var (won, pairs, ties) = (0.0, 0.0, 0)
        for second in 0..<200 where rows.responses[second] == 1 {
            for first in 0..<200 where rows.responses[first] == 0 {
                let weight = rows.weight(first) * rows.weight(second)
                let (low, high) = (probabilities[first, 1], probabilities[second, 1])
                won += weight * (high > low ? 1 : high == low ? 0.5 : 0)
                ties += high == low ? 1 : 0
                pairs += weight
            }
        }
        #expect(ties > 100)
        #expect(abs(try #require(Scores(model, on: rows).auc) - won / pairs) < 1e-12)
    }

    @Test func noAreaWithoutBothOfTwoClasses() {
        let rows = FamilyModel.twoClasses.rows(50, seed: 16)
        let one = rows.subset((0..<50).filter { rows.responses[$0] == 1 })
        #expect(Scores(FamilyModel.twoClasses.model, on: one).auc == nil)
        #expect(Scores(FamilyModel.twoClasses.model, on: rows).auc != nil)
        #expect(Scores(FamilyModel.fourClasses.model, on: FamilyModel.fourClasses.rows(50, seed: 17)).auc == nil)
    }

    // MARK: JSON

    @Test(arguments: FamilyModel.all) func whatDoesNotApplyIsAbsent(_ family: FamilyModel) throws {
        let scores = Scores(family.model, on: family.rows(60, seed: 18))
        let data = try JSONEncoder().encode(scores)
        #expect(try JSONDecoder().decode(Scores.self, from: data) == scores)
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let always: Set = ["rows", "logLikelihood", "logLikelihoodPerRow", "coverage90"]
        let numbers: Set = [
            "crps", "rmse", "mae", "relativePredictionError", "rSquared", "correlation", "pitHistogram",
        ]
        let classes: Set = ["logLoss", "accuracy", "brier", "expectedCoverage90", "classes", "confusion"]
        let expected: Set<String> =
            switch family.model.family.response {
            case .number: always.union(numbers)
            case .positiveNumber: always.union(numbers).union(["meanDeviance"])
            case .count: always.union(numbers).union(["expectedCoverage90", "meanDeviance"])
            case .classes(let names): always.union(classes).union(names.count == 2 ? ["auc"] : [])
            }
        #expect(Set(object.keys) == expected)
    }
}

extension MixtureModel {
    /// The same experts behind another gate.
    fileprivate func withGate(_ gate: SoftmaxGate) -> MixtureModel {
        var result = self
        result.gate = gate
        return result
    }
}
