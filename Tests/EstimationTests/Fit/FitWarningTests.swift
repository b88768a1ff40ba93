import Estimation
import Messages
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// What a fit refuses, and what it warns of.
@Suite struct FitWarningTests {
    private let easy = RandomData.easyRows(400, seed: 31)

    /// The rows with a third covariate.
    private func extended(_ column: [Double]) -> (ShardRows, Design) {
        let covariates = Matrix(rowCount: 400, columnCount: 3, storage: easy.covariates.storage + column)
        return (ShardRows(covariates: covariates, responses: easy.responses), RandomData.design(3))
    }

    // MARK: Errors

    @Test func constantTarget() {
        let constant = ShardRows(covariates: easy.covariates, responses: [Double](repeating: 7.1, count: 400))
        #expect(
            failure { try LocalModel.fitted(constant) } == .constantResponse(target: "y", value: 7.1))
    }

    /// Their squared differences are 0, or lost in what they have in common; they are no constant.
    @Test(arguments: [(1e-200, 0.0), (1e-12, 1e6), (1e-3, 1e17)]) func responsesThatAreNearlyEqual(
        unit: Double, common: Double
    ) {
        let near = ShardRows(covariates: easy.covariates, responses: easy.responses.map { unit * $0 + common })
        let expected: EstimationError =
            Set(near.responses).count == 1
            ? .constantResponse(target: "y", value: common) : .responsesTooClose(target: "y")
        #expect(failure { try LocalModel.fitted(near) } == expected)
    }

    @Test func tooFewRows() {
        let few = easy.subset(Array(0..<39))
        #expect(
            failure { try LocalModel.fitted(few, experts: 4) } == .tooFewRows(rows: 39, experts: 4, largest: 3))
        #expect(failure { try LocalModel.fitted(few, experts: 3) } == nil)
        let tiny = easy.subset(Array(0..<9))
        #expect(failure { try LocalModel.fitted(tiny, experts: 1) } == .noModelPossible(rows: 9, needed: 10))
        #expect(failure { try LocalModel.fitted(easy.subset([]), experts: 1) } == .noModelPossible(rows: 0, needed: 10))
    }

    @Test func weightlessRowsDoNotCount() {
        let weights = (0..<400).map { $0 < 15 ? 1.0 : 0 }
        #expect(
            failure { try LocalModel.fitted(easy.weighted(weights)) }
                == .tooFewRows(rows: 15, experts: 2, largest: 1))
    }

    /// One row with nearly all the weight is all that a model would disclose.
    @Test func unequalWeights() {
        let few = easy.subset(Array(0..<20))
        let heavy = few.weighted([1000] + [Double](repeating: 1, count: 19))
        #expect(failure { try LocalModel.fitted(heavy, experts: 1) } == .unequalWeights(rows: 1, needed: 10))
        let equal = easy.subset(Array(0..<10)).weighted([Double](repeating: 0.1, count: 10))
        #expect(failure { try LocalModel.fitted(equal, experts: 1) } == nil)
    }

    @Test func unusableStarts() {
        var random = RandomNumbers(seed: 1)
        let three = RandomData.model(RandomData.design(2), experts: 3, using: &random)
        let wide = RandomData.model(RandomData.design(3), experts: 2, using: &random)
        for model in [three, wide] {
            let expected: EstimationError =
                model.expertCount == 3 ? .startOfAnotherSize(experts: 3, asked: 2) : .startOfAnotherDesign
            #expect(failure { try LocalModel.fitted(easy) { $0.initialModels = [model] } } == expected)
        }
    }

    @Test func descriptionsSayWhatToDo() {
        let error = EstimationError.tooFewRows(rows: 39, experts: 4, largest: 3)
        #expect(error.text(.commandLine).contains("--experts 3"))
        for error in [error, .noModelPossible(rows: 9, needed: 10), .constantResponse(target: "y", value: 1)] {
            #expect(!error.description.contains("\n"))
        }
    }

    // MARK: Warnings

    @Test func nothingToWarnOf() throws { #expect(try LocalModel.fitted(easy).warnings.isEmpty) }

    @Test(arguments: [0, 5e9, -0.1]) func constantCovariate(value: Double) throws {
        let (rows, design) = extended([Double](repeating: value, count: 400))
        let local = try LocalModel.fitted(rows, design)
        #expect(local.warnings == [.constantCovariate(covariate: "x3")])
        for expert in local.model.experts { #expect(expert.coefficients[3] == 0) }
        #expect(abs(local.model.gate.coefficients[3, 0]) < 1e-14)
        let without = try LocalModel.fitted(easy)
        #expect(difference(local.report.logLikelihood, without.report.logLikelihood) < 1e-8)
    }

    /// What is left of such values is their rounding, or underflows when it is squared.
    @Test(arguments: [(1e14, 0.03), (-1e-3, 1e-18), (0, 1e-155)]) func unresolvedCovariate(
        center: Double, spread: Double
    ) throws {
        let (rows, design) = extended((0..<400).map { center + spread * Double($0 % 7) })
        let local = try LocalModel.fitted(rows, design)
        #expect(local.warnings == [.unresolvedCovariate(covariate: "x3")])
        for expert in local.model.experts { #expect(expert.coefficients[3] == 0) }
    }

    @Test func collinearCovariate() throws {
        let sum = (0..<400).map { 2 * easy.covariates[$0, 0] - 30 * easy.covariates[$0, 1] + 5 }
        let (rows, design) = extended(sum)
        let local = try LocalModel.fitted(rows, design)
        #expect(
            local.warnings == [
                .collinearCovariate(covariate: "x3"), .undeterminedStandardErrors(columns: ["x1", "x2", "x3"]),
            ])
        let without = try LocalModel.fitted(easy)
        #expect(difference(local.report.logLikelihood, without.report.logLikelihood) < 1e-6)
        #expect(difference(local.means(rows.covariates), without.means(easy.covariates)) < 1e-4)
    }

    @Test func varianceFloor() throws {
        var exact = RandomData.easyModel
        exact.experts[0].dispersion = 1e-14
        var random = RandomNumbers(seed: 3)
        let rows = RandomData.rows(exact, count: 400, using: &random)
        let local = try LocalModel.fitted(rows)
        let deviation = Standardisation(rows).responseScale
        let atFloor = local.model.experts.indices.filter {
            local.model.experts[$0].dispersion < 1.001e-5 * deviation * deviation
        }
        #expect(atFloor.count == 1)
        #expect(local.warnings == [.varianceFloor(experts: ExpertPositions(atFloor))])
        #expect(local.report.starts.contains { $0.floorHits > 0 })
        #expect(neverFalls(local.report.trace))
    }

    @Test func notConverged() throws {
        var random = RandomNumbers(seed: 4)
        let truth = RandomData.model(RandomData.design(2), experts: 3, using: &random)
        let rows = RandomData.rows(truth, count: 400, using: &random)
        let local = try LocalModel.fitted(rows, experts: 3) { $0.maxIterations = 3 }
        #expect(local.warnings == [.notConverged(iterations: 3)])
        #expect(local.report.stopReason == .maxIterations)
        #expect(local.report.iterations == 3)
        #expect(neverFalls(local.report.trace))
    }

    /// Twelve rows of their own far away: below a threshold of 30 they are withheld.
    @Test func smallExpertsAreLeftOut() throws {
        var random = RandomNumbers(seed: 2)
        let covariates = Matrix(columns: [
            (0..<12).map { _ in 30 + random.normal() }, (0..<12).map { _ in 30 + random.normal() },
        ])
        let far = ShardRows(covariates: covariates, responses: (0..<12).map { 500 + 10 * covariates[$0, 0] })
        let all = ShardRows.concatenation([easy, far])
        let local = try LocalModel.fitted(all, experts: 3) { $0.minRows = 30 }
        #expect(local.fitted.moments.allSatisfy { $0.effectiveRows >= 30 })
        #expect(local.model.expertCount == 2)
        #expect(local.warnings.contains(.expertBelowMinimumRows(minimum: 30, left: 2)))
        let free = try LocalModel.fitted(all, experts: 3) { $0.minRows = 5 }
        #expect(free.model.expertCount == 3)
        let smallest = try #require(free.fitted.moments.last)
        #expect(smallest.effectiveRows < 13)
    }

    /// Many experts on few rows: whatever is left describes enough of them.
    @Test(arguments: 1...5) func noExpertBelowTheLimit(seed: UInt64) throws {
        var random = RandomNumbers(seed: seed)
        let rows = RandomData.rows(RandomData.easyModel, count: 120, using: &random)
        let local = try LocalModel.fitted(rows, experts: 6) {
            $0.minRows = 20
            $0.seed = seed
        }
        #expect(local.fitted.moments.allSatisfy { $0.effectiveRows >= 20 })
        #expect(neverFalls(local.report.trace))
    }
}
