import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Numbers of experts, what each comes to, and what of it counts rows.
@Suite struct ExpertCountPathTests {
    private static func path(
        _ rows: ShardRows, _ experts: ClosedRange<Int>, minRows: Double = 10, heldOut: Double = 0,
        rowsPerParameter: Int? = nil
    ) throws -> LocalModel {
        var options = FitOptions(expertCount: 1, starts: 5, tolerance: 1e-12)
        options.minRows = minRows
        return try ExpertCountPath(
            design: RandomData.design(2), options: options, experts: experts, heldOutShare: heldOut,
            rowsPerParameter: rowsPerParameter
        ).fit(rows)
    }

    /// Whole weights and the same rows written out: one BIC, one AIC, one ICL, and N is the sum of the weights.
    @Test func aWeightOfTwoIsTheRowTwiceForEveryCriterion() throws {
        let plain = RandomData.easyRows(300, seed: 21)
        let weights = (0..<300).map { Double($0 % 4) }
        let copies = weights.indices.flatMap { Array(repeating: $0, count: Int(weights[$0])) }
        let weighted = try #require(try Self.path(plain.weighted(weights), 1...2).report.expertCounts)
        let repeated = try #require(try Self.path(plain.subset(copies), 1...2).report.expertCounts)
        for (own, other) in zip(weighted.points, repeated.points) {
            for value in [\ExpertCountReport.Point.bic, \.aic, \.icl, \.logLikelihood] {
                #expect(relativeError(own[keyPath: value], other[keyPath: value]) < 1e-7)
            }
            let size = Double(own.parameters) * log(Double(copies.count))
            #expect(abs(own.bic - (size - 2 * own.logLikelihood)) < 1e-6)
        }
        #expect(weighted.points.map(\.parameters) == [4, 11])
    }

    /// A number of experts that fails is reported; whatever was fitted before stands.
    @Test func aNumberOfExpertsThatFailsIsReported() throws {
        let rows = RandomData.easyRows(120, seed: 22)
        let local = try Self.path(rows, 1...20)
        let report = try #require(local.report.expertCounts)
        #expect(report.points.map(\.experts) == Array(1...12))
        #expect(report.failures?.map(\.experts) == [13])
        #expect(report.failures?.first?.reason.description.contains("120 rows cannot support 13 experts") == true)
        // What lies beyond could not be fitted: no advice to try it.
        #expect(
            !local.report.warnings.contains {
                if case .expertCountAtEdge(let experts, _, _) = $0 { experts == 12 } else { false }
            })
    }

    @Test func whereNoneCanBeFittedTheFirstReasonIsGiven() {
        let rows = RandomData.easyRows(40, seed: 23)
        #expect(throws: EstimationError.tooFewRows(rows: 40, experts: 5, largest: 4)) { try Self.path(rows, 5...7) }
    }

    /// An expert of two covariates and its part of the gate have 7 parameters: 40 rows support two with 2 rows for each.
    @Test(arguments: [1...7, 2...7, 5...7], [0, 0.2]) func noMoreExpertsAreTriedThanTheRowsSupport(
        experts: ClosedRange<Int>, heldOut: Double
    ) throws {
        let rows = RandomData.easyRows(heldOut > 0 ? 50 : 40, seed: 25)
        let report = try Self.path(rows, experts, heldOut: heldOut, rowsPerParameter: 2).report
        #expect(report.expertCounts?.points.map(\.experts) == Array(min(experts.lowerBound, 2)...2))
        #expect(report.warnings.contains { $0.description == "40 rows support 2 of 7 experts: no more were tried" })
        #expect(!report.warnings.contains { if case .expertCountAtEdge = $0 { true } else { false } })
        let all = try Self.path(RandomData.easyRows(40, seed: 25), 1...2, rowsPerParameter: 2).report
        #expect(!all.warnings.contains { $0.description.contains("no more were tried") })
    }

    @Test func rowsThatSupportNoExpertAreRefused() {
        let rows = RandomData.easyRows(8, seed: 26)
        #expect(throws: EstimationError.noModelPossible(rows: 8, needed: 10)) {
            try Self.path(rows, 1...3, rowsPerParameter: 2)
        }
    }

    /// The rows that are held out are no function of the starts that are tried on the others.
    @Test func rowsAreHeldOutOfAStreamOfTheirOwn() throws {
        let rows = RandomData.easyRows(200, seed: 24)
        let report = try #require(try Self.path(rows, 1...2, heldOut: 0.25).report.expertCounts)
        #expect(report.heldOutRows == 50)
        #expect(report.points.allSatisfy { $0.heldOutLogLikelihood != nil })
    }

    /// The errors come from the chosen fit alone, and are those that it has by itself.
    @Test(arguments: [StandardErrorMethod.observed, .none])
    func theChosenFitIsThatOfItsNumberAlone(method: StandardErrorMethod) throws {
        let (rows, design) = (RandomData.easyRows(600, seed: 4), RandomData.design(2))
        let options = FitOptions(expertCount: 1, starts: 3, standardErrors: method)
        var path = try ExpertCountPath(design: design, options: options, experts: 1...3).fit(rows)
        let counts = try #require(path.report.expertCounts)
        var alone = options
        alone.expertCount = counts.chosen
        let fit = try LocalFit(design: design, options: alone).fit(rows)
        #expect(counts.points.count == 3 && counts.chosen == 2)
        #expect((fit.fitted.errors != nil) == (method != .none))
        #expect(path.fitted == fit.fitted)
        path.report.expertCounts = nil
        #expect(path.report.settings.experts == 3 && path.report.settings.expertsFrom == 1)
        path.report.settings = fit.report.settings
        #expect(path.report == fit.report)
    }

    // MARK: Free parameters

    /// A class that no row shows has no parameters, and the model without it has as many.
    @Test(arguments: [1, 2]) func classesWithoutRowsAreNoParameters(experts: Int) throws {
        var random = RandomNumbers(seed: 25)
        let x = RandomData.matrix(600, 2, using: &random)
        let responses = (0..<600).map { x[$0, 0] + random.normal() > 0 ? 2.0 : 0 }
        let three = MultinomialFamily(classes: ["a", "b", "c"])
        let two = MultinomialFamily(classes: ["a", "c"])
        let rows = ShardRows(covariates: x, responses: responses)
        let short = ShardRows(covariates: x, responses: responses.map { $0 / 2 })
        let own = try LocalModel.fitted(rows, experts: experts, family: three)
        let other = try LocalModel.fitted(short, experts: experts, family: two)
        #expect(own.report.freeParameters == other.report.freeParameters)
        #expect(other.report.freeParameters == other.model.parameterCount)
        // Two experts have several optima, and the starts are not the same.
        if experts == 1 { #expect(relativeError(own.report.logLikelihood, other.report.logLikelihood) < 1e-5) }
        #expect(rows.determinedPredictors(three) == [1])
        #expect(short.determinedPredictors(two) == [0])
    }

    @Test func constantColumnsAndInterceptOnlyExpertsAreNoParameters() throws {
        let rows = RandomData.easyRows(300, seed: 26)
        let more = ShardRows(
            covariates: Matrix(
                columns: [0, 1].map { Array(rows.covariates.column($0)) } + [[Double](repeating: 7, count: 300)]),
            responses: rows.responses)
        let local = try LocalModel.fitted(more, RandomData.design(3))
        #expect(try LocalModel.fitted(rows).report.freeParameters == 11)
        #expect(local.report.freeParameters == 11)
        #expect(local.model.parameterCount == 14)
    }

    // MARK: Weights

    /// The sandwich takes weights as those of a sample: another unit changes nothing, and a weight of 2 is less than the row twice.
    @Test func theSandwichTakesWeightsAsThoseOfASample() throws {
        let plain = RandomData.easyRows(500, seed: 27)
        let weights = (0..<500).map { Double($0 % 3 + 1) }
        func errors(_ rows: ShardRows, _ method: StandardErrorMethod) throws -> [Double] {
            let local = try LocalModel.fitted(rows) {
                $0.standardErrors = method
                $0.tolerance = 1e-12
            }
            return try #require(local.fitted.standardErrors).coefficients.flatMap { $0.compactMap { $0 } }
        }
        let copies = weights.indices.flatMap { Array(repeating: $0, count: Int(weights[$0])) }
        let repeated = plain.subset(copies)
        for (own, other) in zip(
            try errors(plain.weighted(weights), .observed), try errors(repeated, .observed))
        {
            #expect(relativeError(own, other) < 1e-5)
        }
        let sandwich = try errors(plain.weighted(weights), .sandwich)
        for (own, other) in zip(sandwich, try errors(plain.weighted(weights.map { 50 * $0 }), .sandwich)) {
            #expect(relativeError(own, other) < 1e-5)
        }
        for (own, other) in zip(sandwich, try errors(repeated, .sandwich)) { #expect(own > 1.2 * other) }
    }

    @Test func weightsThatAreNoCountsAreWarnedOf() throws {
        let plain = RandomData.easyRows(300, seed: 28)
        func isReleased(_ weights: [Double]) throws -> Bool {
            try LocalModel.fitted(plain.weighted(weights)).warnings.contains {
                if case .weightsAreNoCounts = $0 { true } else { false }
            }
        }
        let odd = (0..<300).map { 1 + Double($0 % 2) / 2 }
        #expect(try isReleased(odd.map { $0 / 375 }))
        #expect(try isReleased(odd.map { 1000.1 * $0 }))
        #expect(try !isReleased(odd))
        #expect(try !isReleased(odd.map { 100 * $0 }))
    }
}
