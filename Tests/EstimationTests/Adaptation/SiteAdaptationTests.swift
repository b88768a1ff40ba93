import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

import Estimation

/// A shared model adapted to the rows of a site.
@Suite struct SiteAdaptationTests {
    @Test(arguments: FamilyModel.all) func withoutAnEndToThePrecisionItIsTheSharedModel(family: FamilyModel) throws {
        let fixture = AdaptationFixture(family)
        let adapted = try fixture.fit(.intercepts, precision: .infinity)
        #expect(adapted.model == fixture.shared.model)
        #expect(
            adapted.report.parameterCount == 0 && adapted.report.logLikelihood == adapted.report.sharedLogLikelihood)
        // As the precision grows the differences go to 0 as its inverse.
        let near = try fixture.fit(.intercepts, precision: 1e8).model
        let far = try fixture.fit(.intercepts, precision: 1e7).model
        let (small, large) = (difference(near, fixture.shared.model), difference(far, fixture.shared.model))
        #expect(large > 0 && large < 1e-3)
        #expect(abs(large / small - 10) < 0.1)
    }

    @Test(arguments: FamilyModel.all) func withoutAPriorTheGradientIsZero(family: FamilyModel) throws {
        let weights = (0..<300).map { 0.5 + Double($0 % 5) / 4 }
        let fixture = AdaptationFixture(family, weights: weights)
        let adapted = try fixture.fit(.intercepts, precision: 0)
        #expect(adapted.report.isConverged && adapted.report.logEvidence == nil)
        let units = fixture.standardisation
        let (model, rows) = (units.standardised(adapted.model), units.standardised(fixture.rows))
        #expect(model.logLikelihood(rows) > units.standardised(fixture.shared.model).logLikelihood(rows) + 1)
        for parameter in Self.adaptedParameters(model) {
            let slope = Self.slope(model, parameter) { $0.logLikelihood(rows) }
            #expect(abs(slope) < 2e-3, "\(parameter): \(slope)")
        }
    }

    /// The objective by its definition, its gradient by finite differences.
    @Test(arguments: [2, 3]) func theModeIsOneOfThePenalisedLikelihood(experts: Int) throws {
        var random = RandomNumbers(seed: 5)
        let design = RandomData.design(3, expert: [0, 1], gate: [1, 2])
        let model = RandomData.model(design, experts: experts, using: &random)
        let shared = AdaptationFixture.fitted(model, RandomData.rows(model, count: 900, using: &random))
        let site = RandomData.rows(
            RandomData.model(design, experts: experts, using: &random), count: 200, using: &random)
        let adapted = try SiteAdaptation(of: shared, .gate, priorPrecision: 4).fit(site)
        let units = Standardisation(center: adapted.center, scale: adapted.scale)
        let (center, rows) = (units.standardised(model), units.standardised(site))
        let mode = units.standardised(adapted.model)
        func objective(_ model: MixtureModel) -> Double {
            var penalty = 0.0
            for row in 0..<3 {
                let all = (0..<experts).map { model.gate.coefficients[row, $0] - center.gate.coefficients[row, $0] }
                let mean = all.reduce(0, +) / Double(experts)
                penalty += 2 * all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            }
            return model.logLikelihood(rows) - penalty
        }
        #expect(mode.experts.map(\.dispersion) == center.experts.map(\.dispersion))
        for gate in 0..<experts - 1 {
            for row in 0..<3 { #expect(abs(Self.slope(mode, .gate(row, gate), objective)) < 1e-3) }
        }
    }

    @Test(arguments: FamilyModel.all) func theEvidenceIsNotBelowThatOfTheEnds(family: FamilyModel) throws {
        for seed in UInt64(1)...3 {
            let fixture = AdaptationFixture(family, count: 120, seed: seed)
            for part in AdaptedPart.allCases {
                let best = try #require(try fixture.fit(part).report.logEvidence)
                #expect(best >= 0)
                for precision in [0.01, 1, 100, 1e4] {
                    let given = try fixture.fit(part, precision: precision).report.logEvidence ?? -.infinity
                    // A grid, and the vertex of a parabola: not to the last digit.
                    #expect(part == .intercepts || best >= given - 0.05, "\(family.name) \(part) \(precision)")
                }
            }
        }
    }

    /// Laplace's approximation is exact where the posterior is normal: one Gaussian expert, its variance held.
    @Test func theEvidenceOfANormalModelIsExact() throws {
        var random = RandomNumbers(seed: 3)
        let design = RandomData.design(1)
        let model = MixtureModel(
            design: design, family: GaussianFamily(), ungated: [Expert(coefficients: [0, 0], dispersion: 1)])
        let shared = AdaptationFixture.fitted(model, RandomData.rows(model, count: 400, using: &random))
        let rows = RandomData.rows(model, count: 30, using: &random)
        let adaptation = SiteAdaptation(of: shared, .intercepts)
        let units = adaptation.standardisation
        let (center, standard) = (units.standardised(model), units.standardised(rows))
        for precision in [0.3, 5, 80] {
            let found = try #require(SiteAdaptation.logEvidence([.intercepts: precision], of: center, on: standard))
            // Of n residuals r with variance s + 1/P for their mean: log N(r; 0, s I + 11'/P) - log N(r; 0, s I).
            let (n, s) = (30.0, center.experts[0].dispersion)
            let sum = (0..<30).reduce(0.0) { sum, row in
                sum + standard.responses[row]
                    - dot(center.experts[0].coefficients, [1, standard.covariates[row, 0]])
            }
            let exact = 0.5 * sum * sum / (s * (s * precision + n)) - 0.5 * log(1 + n / (s * precision))
            #expect(abs(found - center.logLikelihood(standard) - exact) < 1e-8)
        }
    }

    @Test(arguments: FamilyModel.all) func itIsBitIdenticalForAnyNumberOfThreads(family: FamilyModel) throws {
        let fixture = AdaptationFixture(family, count: 1000)
        let one = try fixture.fit(.intercepts)
        for threads in [2, 5] { #expect(try fixture.fit(.intercepts, threads: threads) == one) }
    }

    @Test func theOrderOfExpertsDoesNotMatter() throws {
        var random = RandomNumbers(seed: 8)
        let model = RandomData.model(RandomData.design(2), experts: 3, using: &random)
        let shared = AdaptationFixture.fitted(model, RandomData.rows(model, count: 900, using: &random))
        let site = RandomData.rows(
            RandomData.model(RandomData.design(2), experts: 3, using: &random), count: 150, using: &random)
        for precision in [nil, 0.5, 20] {
            let first = try SiteAdaptation(of: shared, .intercepts, priorPrecision: precision).fit(site)
            let other = try SiteAdaptation(of: shared.reordered([2, 0, 1]), .intercepts, priorPrecision: precision)
                .fit(site)
            #expect(difference(first.model.reordered([2, 0, 1]), other.model) < 1e-5)
            let (left, right) = (first.report.logEvidence ?? 0, other.report.logEvidence ?? 1)
            #expect(abs(left - right) < 1e-6 * max(1, abs(left)))
        }
    }

    /// The covariance against the inverse of the Hessian of the objective by finite differences.
    @Test func errorsAreThoseOfThePosterior() throws {
        let fixture = AdaptationFixture(.gaussian)
        let adapted = try fixture.fit(.gate, precision: 3)
        let units = Standardisation(center: adapted.center, scale: adapted.scale)
        let (model, rows) = (units.standardised(adapted.model), units.standardised(fixture.rows))
        let center = units.standardised(fixture.shared.model)
        func gradient(_ model: MixtureModel) -> [Double] {
            (0..<3).map { row in
                Self.slope(model, .gate(row, 0)) { $0.logLikelihood(rows) }
                    - 1.5 * (model.gate.coefficients[row, 0] - center.gate.coefficients[row, 0])
            }
        }
        let hessian = Matrix(
            columns: (0..<3).map { row in
                let step = 1e-3
                let up = gradient(Self.moved(model, .gate(row, 0), by: step))
                let down = gradient(Self.moved(model, .gate(row, 0), by: -step))
                return zip(up, down).map { ($1 - $0) / (2 * step) }
            })
        let covariance = try #require(Cholesky(hessian)).inverse
        let errors = try #require(adapted.errors).gate.standardErrors
        for row in 0..<3 {
            let scale = row == 0 ? 1 : units.scale[row - 1]
            #expect(abs(errors[row] * scale / covariance[row, row].squareRoot() - 1) < 1e-4)
        }
        #expect(adapted.errors?.experts.allSatisfy { $0.standardErrors.allSatisfy { $0 == 0 } } == true)
    }

    @Test func rowsOfTheSharedModelGiveLittleEvidence() throws {
        var kept = 0
        for seed in UInt64(1)...20 {
            let rows = FamilyModel.gaussian.rows(200, seed: seed)
            let shared = AdaptationFixture.fitted(FamilyModel.gaussian.model, FamilyModel.gaussian.rows(2000, seed: 99))
            let report = try SiteAdaptation(of: shared).fit(rows).report
            kept += report.warnings.contains(.noEvidence) ? 1 : 0
            #expect(try #require(report.logEvidence) < 3)
        }
        #expect(kept >= 8)
    }

    /// A rare level that sites release as constant has next to no spread in the shared model.
    @Test func unitsAreNotBelowTheSpreadAtTheSite() throws {
        let fixture = AdaptationFixture(.gaussian)
        let covariates = Matrix(
            columns: [Array(fixture.rows.covariates.column(0)), fixture.rows.covariates.column(1).map { 50 * $0 }])
        let rows = ShardRows(covariates: covariates, responses: fixture.rows.responses)
        let adapted = try SiteAdaptation(of: fixture.shared, .gate, priorPrecision: 1).fit(rows)
        let pooled = fixture.standardisation
        let squares = covariates.column(1).reduce(0) { $0 + ($1 - pooled.center[1]) * ($1 - pooled.center[1]) }
        #expect(abs(adapted.scale[1] / (squares / 300).squareRoot() - 1) < 1e-12)
        #expect(adapted.scale[1] > 40 * pooled.scale[1] && adapted.scale[2] == pooled.scale[2])
    }

    @Test func fewRowsAreSaid() throws {
        let fixture = AdaptationFixture(.gaussian, count: 2)
        let report = try fixture.fit(.gate, precision: 50).report
        #expect(report.warnings.contains(.fewRows(rows: 2, parameters: 3)))
        #expect(report.warnings.contains { if case .priorDominated = $0 { true } else { false } })
    }

    @Test func valuesWithoutADensityAreRefused() throws {
        var fixture = AdaptationFixture(.gaussian, count: 4)
        fixture = AdaptationFixture(fixture, response: 1e200)
        #expect(throws: EstimationError.valuesTooLarge(column: "y")) { try fixture.fit() }
    }

    // MARK: Support

    enum Parameter: CustomStringConvertible {
        case gate(Int, Int)
        case intercept(Int, Int)
        case logDispersion(Int)

        var description: String {
            switch self {
            case .gate(let row, let gate): "gate \(gate) \(row)"
            case .intercept(let expert, let position): "intercept \(expert) \(position)"
            case .logDispersion(let expert): "dispersion \(expert)"
            }
        }
    }

    private static func adaptedParameters(_ model: MixtureModel) -> [Parameter] {
        let gates = (0..<model.expertCount - 1).flatMap { gate in
            model.design.gatePositions.indices.map { Parameter.gate($0, gate) }
        }
        let experts = model.experts.enumerated().flatMap { index, expert in
            model.design.expertLayout.intercepts(expert.coefficients.count).map { Parameter.intercept(index, $0) }
                + (model.family.hasDispersion ? [.logDispersion(index)] : [])
        }
        return gates + experts
    }

    private static func moved(_ model: MixtureModel, _ parameter: Parameter, by step: Double) -> MixtureModel {
        var result = model
        switch parameter {
        case .gate(let row, let gate): result.gate.coefficients[row, gate] += step
        case .intercept(let expert, let position): result.experts[expert].coefficients[position] += step
        case .logDispersion(let expert): result.experts[expert].dispersion *= exp(step)
        }
        return result
    }

    private static func slope(
        _ model: MixtureModel, _ parameter: Parameter, _ objective: (MixtureModel) -> Double
    ) -> Double {
        let step = 1e-4
        return (objective(moved(model, parameter, by: step)) - objective(moved(model, parameter, by: -step)))
            / (2 * step)
    }

    private func difference(_ left: MixtureModel, _ right: MixtureModel) -> Double {
        func numbers(_ model: MixtureModel) -> [Double] {
            model.gate.coefficients.storage + model.experts.flatMap { $0.coefficients + [log($0.dispersion)] }
        }
        return zip(numbers(left), numbers(right)).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }
}

extension AdaptationFixture {
    /// With one response replaced.
    fileprivate init(_ other: AdaptationFixture, response: Double) {
        var responses = other.rows.responses
        responses[0] = response
        shared = other.shared
        rows = ShardRows(covariates: other.rows.covariates, responses: responses, weights: other.rows.weights)
    }
}
