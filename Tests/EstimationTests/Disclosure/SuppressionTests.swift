import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// What a local model discloses of a class or a count that few rows of one expert have.
@Suite struct SuppressionTests {
    private static let design = Design(
        target: "y", covariates: ["x", "z"], expertCovariates: [1], gateCovariates: [0], offset: nil)
    private static let family = MultinomialFamily(classes: ["a", "b", "c"])

    /// Two groups about x = -3 and 3, clear by the gate: expert 1 left, expert 2 right.
    ///
    /// Odds depend on z.
    private static let truth = MixtureModel(
        design: design, family: family, gate: SoftmaxGate(coefficients: Matrix(columns: [[0, -6], [0, 0]])),
        experts: [
            Expert(coefficients: [0.3, 4, 0, -4], dispersion: 1),
            Expert(coefficients: [-0.5, -4, 0.2, 4], dispersion: 1),
        ])

    /// 200 rows of each group, the class `rare` in `count` rows of the left one alone, where z is `value`.
    private static func rows(rare: Int, count: Int, value: Double = 0.5) -> ShardRows {
        var random = RandomNumbers(seed: 12)
        let left = (0..<400).map { $0 < 200 }
        let x = left.map { ($0 ? -3 : 3) + 0.5 * random.normal() }
        let z = (0..<400).map { _ in random.normal() }
        let covariates = Matrix(columns: [x, (0..<400).map { $0 < count ? value : z[$0] }])
        var classes = (0..<400).map { row in
            let expert = truth.experts[left[row] ? 0 : 1].coefficients
            let odds = [0] + [0, 2].map { expert[$0] + expert[$0 + 1] * z[row] }
            var probabilities = odds
            Scalar.softmax(&probabilities)
            if left[row] { probabilities[rare] = 0 }
            return Double(random.index(weights: probabilities))
        }
        for row in 0..<count { classes[row] = Double(rare) }
        return ShardRows(covariates: covariates, responses: classes)
    }

    private static func fit(_ rows: ShardRows) throws -> LocalModel {
        var options = FitOptions(expertCount: 2, starts: 2)
        options.initialModels = [truth]
        return try LocalFit(design: design, family: family, options: options).fit(rows)
    }

    /// The expert of the left group.
    private static func left(_ local: LocalModel) throws -> Int {
        try #require(
            local.fitted.moments.indices.min { local.fitted.moments[$0].mean[0] < local.fitted.moments[$1].mean[0] })
    }

    @Test(arguments: [0, 1, 2]) func aClassOfFewRowsOfAnExpertIsSuppressed(rare: Int) throws {
        let local = try Self.fit(Self.rows(rare: rare, count: 5))
        let expert = try Self.left(local)
        try #require(local.fitted.suppressedClasses.count == 2)
        #expect(local.fitted.suppressedClasses[expert] == [rare])
        #expect(local.fitted.suppressedClasses[1 - expert].isEmpty)
        #expect(
            local.report.warnings.contains(
                .classWithheld(class: Self.family.classes[rare], experts: [expert], minimum: 10)))
        #expect(local.report.leftOutRows == 5)
        let points = Matrix(columns: [[-3, -3], [-2, 2]])
        let predictors = MixtureModel(design: Self.design, family: Self.family, ungated: [local.model.experts[expert]])
            .predictors(points)
        for row in 0..<2 { #expect(Self.family.probabilities(predictors.row(row))[rare] < 1e-6) }
    }

    /// Wherever these rows are, the same is released.
    @Test func theirCovariatesAreWithheld() throws {
        let here = try Self.fit(Self.rows(rare: 0, count: 5, value: 0.5))
        let there = try Self.fit(Self.rows(rare: 0, count: 5, value: 2))
        for (own, other) in zip(here.model.experts, there.model.experts) {
            #expect(difference(own.coefficients, other.coefficients) < 1e-3)
        }
        for (own, other) in zip(here.fitted.information, there.fitted.information) {
            #expect(difference(own.storage, other.storage) < 1e-3)
        }
        for (own, other) in zip(here.fitted.moments, there.fitted.moments) {
            #expect(difference(own.scatter.storage, other.scatter.storage) < 1e-3)
        }
    }

    /// The odds between the others have errors, those of the class have none.
    @Test func errorsAreThoseOfTheOthers() throws {
        let local = try Self.fit(Self.rows(rare: 2, count: 5))
        let expert = try Self.left(local)
        let errors = try #require(local.fitted.errors).experts[expert]
        #expect((0..<2).allSatisfy { errors.standardError($0) != nil })
        #expect((2..<4).allSatisfy { errors.standardError($0) == nil })
    }

    @Test func aClassWithoutARowIsAbsentAndNotSuppressed() throws {
        let local = try Self.fit(Self.rows(rare: 2, count: 0))
        #expect(local.fitted.suppressedClasses.isEmpty)
        #expect(!local.report.warnings.contains { $0.description.contains("class 'c'") })
        #expect(local.report.leftOutRows == 0)
    }

    @Test func aClassOfManyRowsIsReleased() throws {
        let local = try Self.fit(Self.rows(rare: 2, count: 40))
        #expect(local.fitted.suppressedClasses.isEmpty)
        #expect(local.fitted.rowCount == 400)
    }

    // MARK: Counts

    /// A group of zeros but for three counts, and one of many.
    private static func counts(_ events: [Int], at z: Double) -> ShardRows {
        var random = RandomNumbers(seed: 13)
        let x = (0..<400).map { ($0 < 200 ? -3 : 3) + 0.5 * random.normal() }
        let own = (0..<400).map { _ in random.normal() }
        let responses = (0..<400).map { row in
            row < 200 ? (row < events.count ? Double(events[row]) : 0) : random.poisson(mean: exp(1.5 + 0.3 * own[row]))
        }
        return ShardRows(
            covariates: Matrix(columns: [x, own.enumerated().map { $0.offset < events.count ? z : $0.element }]),
            responses: responses)
    }

    @Test(arguments: ["poisson", "negative-binomial"])
    func fewCountsOfAnExpertOfZerosAreWithheld(family name: String) throws {
        let family = try #require(ExpertFamilies.named(name))
        func fittedZeros(_ rows: ShardRows) throws -> Expert {
            var options = FitOptions(expertCount: 2, starts: 2)
            options.initialModels = [
                MixtureModel(
                    design: Self.design, family: family, gate: Self.truth.gate,
                    experts: [
                        Expert(coefficients: [-4, 0], dispersion: 1), Expert(coefficients: [1.5, 0.3], dispersion: 1),
                    ])
            ]
            let local = try LocalFit(design: Self.design, family: family, options: options).fit(rows)
            let expert = try Self.left(local)
            #expect(local.report.warnings.contains(.statisticsLeftOut(column: "y", experts: [expert], minimum: 10)))
            return local.model.experts[expert]
        }
        let one = try fittedZeros(Self.counts([1, 1, 2], at: 0))
        let other = try fittedZeros(Self.counts([2, 1, 1, 1], at: 9))
        // Five events, half of those that may be released, in 200 rows.
        for expert in [one, other] {
            #expect(expert.coefficients[1] == 0)
            #expect(abs(exp(expert.coefficients[0]) - 5.0 / 200) < 1e-3)
            #expect(expert.dispersion == (family.hasDispersion ? family.dispersionFloor(0) : 1))
        }
    }

    // MARK: Optimum

    /// Where a slope is left out of one expert the others are those of the maximum without it, and so are their errors.
    @Test func theRestIsAtItsMaximum() throws {
        var random = RandomNumbers(seed: 5)
        let x = (0..<400).map { ($0 < 200 ? -2 : 2) + 0.5 * random.normal() }
        let flags = (0..<400).map { $0 < 100 || (300..<306).contains($0) ? 1.0 : 0 }
        let responses = (0..<400).map { row in
            (row < 200 ? 3 * x[row] : 10 - x[row]) + random.normal() + 4 * flags[row]
        }
        let covariates = Matrix(columns: [x, flags])
        let local = try LocalFit(
            design: Design(target: "y", covariates: ["x", "flag"]), options: FitOptions(expertCount: 2, starts: 4)
        ).fit(ShardRows(covariates: covariates, responses: responses))
        let expert = try #require(local.model.experts.firstIndex { $0.coefficients[2] == 0 })
        func logLikelihood(_ change: Double, of coefficient: Int) -> Double {
            var model = local.model
            model.experts[expert].coefficients[coefficient] += change
            return model.logDensities(covariates, responses: responses).reduce(0, +)
        }
        for coefficient in 0..<2 {
            let slope = (logLikelihood(1e-4, of: coefficient) - logLikelihood(-1e-4, of: coefficient)) / 2e-4
            #expect(abs(slope) < 0.05, "\(slope)")
            let (low, high) = (logLikelihood(-1e-3, of: coefficient), logLikelihood(1e-3, of: coefficient))
            #expect(low + high < 2 * logLikelihood(0, of: coefficient))
        }
        #expect(local.fitted.errors?.experts[expert].standardError(2) == nil)
        #expect(local.fitted.errors?.experts[expert].standardError(0) != nil)
    }
}
