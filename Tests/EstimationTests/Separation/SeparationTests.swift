import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Groups without an event, or with nothing else, and planes that part classes.
@Suite struct SeparationTests {
    /// A flag and a normal covariate.
    private static func rows(_ count: Int, flagged: Int, seed: UInt64, _ response: (Bool, Double) -> Double)
        -> ShardRows
    {
        var random = RandomNumbers(seed: seed)
        let flags = (0..<count).map { $0 < flagged ? 1.0 : 0 }
        let values = RandomData.vector(count, using: &random)
        return ShardRows(
            covariates: Matrix(columns: [flags, values]),
            responses: (0..<count).map { response(flags[$0] == 1, random.uniform()) })
    }

    private static let classes = MultinomialFamily(classes: ["no", "yes"])

    private static func fit(
        _ rows: ShardRows, _ family: any ExpertFamily, rule: SlopePriorRule = .separated
    ) throws -> LocalModel {
        try LocalModel.fitted(rows, experts: 1, family: family) { $0.slopePrior = rule }
    }

    /// 240 counts of mean 3 beside 240 zeros.
    ///
    /// Beside the flag's half event, the baseline is what it is alone: log 3 with error 1/√720.
    @Test func theErrorBesideACellOfZeros() throws {
        let flags = (0..<480).map { $0 < 240 ? 0.0 : 1 }
        let counts = (0..<480).map { $0 < 240 ? Double([1, 2, 3, 3, 4, 5][$0 % 6]) : 0 }
        let rows = ShardRows(covariates: Matrix(columns: [flags]), responses: counts)
        let local = try LocalModel.fitted(rows, RandomData.design(1), experts: 1, family: PoissonFamily())
        let errors = try #require(local.fitted.standardErrors)
        let (intercept, error) = (
            local.model.experts[0].coefficients[0], try #require(errors.coefficients[0][0])
        )
        #expect(abs(intercept - log(3)) < 1e-3)
        #expect(abs(intercept - 1.96 * error - 1.0256) < 1e-3)
        #expect(abs(intercept + 1.96 * error - 1.1717) < 1e-3)
        #expect(local.warnings == [.separatedSlopes(covariate: "x1", experts: [0], prior: true)])
        // Half an event in 240 rows, less what the prior takes of it.
        let events = 240 * exp(local.model.experts[0].coefficients[0] + local.model.experts[0].coefficients[1])
        #expect((0.4...0.6).contains(events))
        let error1 = try #require(errors.coefficients[0][1])
        #expect((1...2).contains(error1))
    }

    /// Without a prior the slope has no end, and what depends on it no error rather than one that cancellation made.
    @Test func noErrorByCancellation() throws {
        let flags = (0..<480).map { $0 < 240 ? 0.0 : 1 }
        let counts = (0..<480).map { $0 < 240 ? Double([1, 2, 3, 3, 4, 5][$0 % 6]) : 0 }
        let rows = ShardRows(covariates: Matrix(columns: [flags]), responses: counts)
        let local = try LocalModel.fitted(rows, RandomData.design(1), experts: 1, family: PoissonFamily()) {
            $0.slopePrior = .none
        }
        #expect(local.model.experts[0].coefficients[1] < -10)
        if let error = local.fitted.standardErrors?.coefficients[0][0] {
            #expect(abs(error - 1 / 720.0.squareRoot()) < 1e-3)
        }
        #expect(local.warnings.contains(.separatedSlopes(covariate: "x1", experts: [0], prior: false)))
        #expect(local.fitted.scores.isEmpty)
    }

    /// The score that the prior leaves is the prior's pull, so that an aggregate can take it off; the information is without it.
    @Test(arguments: [true, false]) func whatThePriorLeaves(events: Bool) throws {
        let rows = Self.rows(4000, flagged: 60, seed: 3) { flag, u in flag ? (events ? 1 : 0) : (u < 0.2 ? 1 : 0) }
        let local = try Self.fit(rows, Self.classes)
        #expect(local.warnings == [.separatedSlopes(covariate: "x1", experts: [0], prior: true)])
        let prior = try #require(local.fitted.prior)
        #expect(difference(prior.experts[0], [0, 1, 0]) < 1e-12)
        let coefficients = local.model.experts[0].coefficients
        #expect(abs(coefficients[1]) < 7)
        let pull = prior.gradient(0, coefficients)
        #expect(abs(pull[1] - 0.5 * tanh(coefficients[1] / 2)) < 1e-12)
        let probabilities = local.model.predictors(rows.covariates).column(0).map { 1 / (1 + exp(-$0)) }
        let residuals = zip(rows.responses, probabilities).map(-)
        let score = [residuals.reduce(0, +)] + (0..<2).map { dot(rows.covariates.column($0), residuals) }
        #expect(difference(local.fitted.scores[0], score) < 1e-5)
        #expect(zip(score, pull).allSatisfy { abs($0 - $1) < 1e-3 })
        let weights = probabilities.map { $0 * (1 - $0) }
        #expect(abs(local.fitted.information[0][1, 1] - dot(rows.covariates.column(0), weights)) < 1e-6)
    }

    /// Where nothing is separated nothing is changed: one event is enough.
    @Test(arguments: [1, 2, 5]) func elsewhereTheMaximumIsWhatItIs(events: Int) throws {
        var left = events
        let rows = Self.rows(4000, flagged: 60, seed: 4) { flag, u in
            guard flag else { return u < 0.2 ? 1 : 0 }
            left -= 1
            return left >= 0 ? 1 : 0
        }
        for family in [Self.classes, PoissonFamily()] as [any ExpertFamily] {
            let (usual, none) = (try Self.fit(rows, family), try Self.fit(rows, family, rule: .none))
            #expect(usual.model == none.model)
            #expect(usual.warnings.isEmpty)
            #expect(usual.fitted.prior == nil && usual.fitted.scores.isEmpty)
            let all = try Self.fit(rows, family, rule: .all)
            #expect(all.warnings.isEmpty)
            #expect(abs(all.model.experts[0].coefficients[1]) < abs(usual.model.experts[0].coefficients[1]))
            #expect(all.fitted.prior?.experts[0][2] ?? 0 > 0)
        }
    }

    /// The reference level of a category has no event: all slopes against it are infinite, and none of the other covariate.
    @Test func aReferenceWithoutEvents() throws {
        var random = RandomNumbers(seed: 5)
        let levels = (0..<3000).map { $0 % 3 }
        let values = RandomData.vector(3000, using: &random)
        let responses = levels.map { $0 == 0 ? 0.0 : (random.uniform() < 0.1 * Double($0) ? 1 : 0) }
        let rows = ShardRows(
            covariates: Matrix(columns: [levels.map { $0 == 1 ? 1 : 0 }, levels.map { $0 == 2 ? 1 : 0 }, values]),
            responses: responses)
        for family in [Self.classes, PoissonFamily()] as [any ExpertFamily] {
            let local = try LocalModel.fitted(rows, RandomData.design(3), experts: 1, family: family)
            #expect(
                local.warnings == ["x1", "x2"].map { .separatedSlopes(covariate: $0, experts: [0], prior: true) })
            let coefficients = local.model.experts[0].coefficients
            #expect(coefficients.allSatisfy { abs($0) < 12 })
            #expect(abs(coefficients[2] - coefficients[1] - log(2)) < 0.35)
        }
    }

    /// A plane parts two classes: complete separation.
    @Test func aPlane() throws {
        var random = RandomNumbers(seed: 6)
        let covariates = RandomData.matrix(500, 2, using: &random)
        let rows = ShardRows(
            covariates: covariates,
            responses: (0..<500).map { covariates[$0, 0] + 0.5 * covariates[$0, 1] > 0.3 ? 1 : 0 })
        let local = try Self.fit(rows, Self.classes)
        #expect(
            local.warnings.filter { if case .separatedSlopes = $0 { true } else { false } }.count == 2)
        let coefficients = local.model.experts[0].coefficients
        #expect(coefficients.allSatisfy { $0.isFinite && abs($0) < 60 })
        #expect(abs(coefficients[2] / coefficients[1] - 0.5) < 0.2)
    }

    /// Collinear covariates have little information too, and are no separation.
    @Test func collinearIsNotSeparated() throws {
        var random = RandomNumbers(seed: 7)
        let values = RandomData.vector(2000, using: &random)
        let rows = ShardRows(
            covariates: Matrix(columns: [values, values.map { 2 * $0 - 1 }]),
            responses: values.map { random.uniform() < 1 / (1 + exp(1 - $0)) ? 1 : 0 })
        for family in [Self.classes, PoissonFamily()] as [any ExpertFamily] {
            let local = try Self.fit(rows, family)
            #expect(!local.warnings.contains { if case .separatedSlopes = $0 { true } else { false } })
        }
    }

    /// A weight of two is the row twice, and so is half an event.
    @Test func weightsCountRows() throws {
        let rows = Self.rows(2000, flagged: 60, seed: 8) { flag, u in flag ? 0 : (u < 0.2 ? 1 : 0) }
        let twice = try Self.fit(rows.weighted([Double](repeating: 2, count: 2000)), Self.classes)
        let copies = try Self.fit(rows.subset((0..<4000).map { $0 / 2 }), Self.classes)
        #expect(difference(twice.coefficients, copies.coefficients) < 1e-6)
        #expect(difference(twice.fitted.scores[0], copies.fitted.scores[0]) < 1e-5)
    }

    /// A gate whose regions do not overlap.
    ///
    /// The prior knows no reference: in the other order it is the same fit.
    @Test func regionsThatDoNotOverlap() throws {
        var random = RandomNumbers(seed: 9)
        let values = (0..<600).map { ($0 % 2 == 0 ? 1.0 : -1) * (1 + random.uniform()) }
        let responses = values.map { $0 > 0 ? 5 + $0 + 0.1 * random.normal() : -5 - $0 + 0.1 * random.normal() }
        let rows = ShardRows(covariates: Matrix(columns: [values]), responses: responses)
        let local = try LocalModel.fitted(rows, RandomData.design(1))
        #expect(local.warnings.contains(.separatedGate(covariate: "x1", prior: true)))
        let slope = local.model.gate.coefficients[1, 0] - local.model.gate.coefficients[1, 1]
        #expect(abs(slope) < 40 && abs(slope) > 2)
        let none = try LocalModel.fitted(rows, RandomData.design(1)) { $0.slopePrior = .none }
        #expect(local.report.logLikelihood > none.report.logLikelihood - 3)
        #expect(none.warnings.contains(.separatedGate(covariate: "x1", prior: false)))
    }

    /// What is taken from the log-likelihood, its gradient and its curvature, and the same whichever expert is last.
    @Test func thePriorOfAGate() {
        var random = RandomNumbers(seed: 10)
        let model = RandomData.model(RandomData.design(2), experts: 3, using: &random)
        let prior = SlopePrior(experts: [[0, 1, 0], [0, 0, 0], [0, 2, 3]], gate: [0, 1.5, 0.5], weight: 0.7)
        let other = model.reordered([2, 0, 1])
        #expect(abs(prior.value(model) - prior.reordered([2, 0, 1]).value(other)) < 1e-12)
        func moved(_ gate: Int, _ row: Int, _ step: Double) -> MixtureModel {
            var coefficients = model.gate.coefficients
            coefficients[row, gate] += step
            return MixtureModel(
                design: model.design, family: model.family, gate: SoftmaxGate(coefficients: coefficients),
                experts: model.experts)
        }
        for gate in 0..<2 {
            let gradient = prior.gateGradient(model.gate, gate)
            for row in 1...2 {
                let slope = (prior.value(moved(gate, row, 1e-5)) - prior.value(moved(gate, row, -1e-5))) / 2e-5
                #expect(abs(slope - gradient[row]) < 1e-8)
                for second in 0..<2 {
                    let change = zip(
                        prior.gateGradient(moved(gate, row, 1e-5).gate, second),
                        prior.gateGradient(moved(gate, row, -1e-5).gate, second)
                    ).map { ($0 - $1) / 2e-5 }
                    #expect(abs(change[row] - prior.gateCurvature(model.gate, gate, second)[row]) < 1e-8)
                }
            }
        }
    }
}
