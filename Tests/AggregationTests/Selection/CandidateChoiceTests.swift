import Aggregation
import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Which of the constructions becomes the global model.
@Suite struct CandidateChoiceTests {
    /// Sites of other levels, slopes, sizes and regions: nothing is weighed down, and nothing competes.
    @Test(arguments: [1, 2, 3] as [UInt64]) func oneGaussianExpertIsThePooledFit(seed: UInt64) throws {
        var random = RandomNumbers(seed: seed)
        let shards = (0..<9).map { site in
            let model = MixtureModel(
                design: RandomData.design(2), gate: SoftmaxGate(expertCount: 1, covariateCount: 2),
                experts: [
                    Expert(coefficients: [20 * random.normal(), 3 * random.normal(), random.normal()], dispersion: 1)
                ])
            return RandomData.rows(model, count: 40 + 60 * site, using: &random)
        }
        let options = FitOptions(expertCount: 1)
        func fit(_ rows: ShardRows) throws -> FittedMixture {
            try LocalFit(design: RandomData.design(2), options: options).fit(rows).fitted
        }
        let pooled = try fit(.concatenation(shards)).model.experts[0]
        let global = try Coordinator().aggregate(LocalModels.named(try shards.map(fit)))
        #expect(difference(global.model.experts[0].coefficients, pooled.coefficients) < 1e-9)
        #expect(abs(global.model.experts[0].dispersion / pooled.dispersion - 1) < 1e-9)
        #expect(global.report.candidates.count == 1)
    }

    @Test func allConstructionsAreCandidates() throws {
        // Sites that differ: where they agree nothing is to be gained.
        let sites = LocalModels.named(
            (0..<4).map { index in
                var random = RandomNumbers(seed: UInt64(index + 1))
                var model = LocalModels.disturbed(UInt64(index + 1)).model
                for expert in model.experts.indices { model.experts[expert].coefficients[1] += 1.5 * Double(index) }
                return LocalModels.fitted(model, on: RandomData.rows(model, count: 400, using: &random))
            })
        let report = try Coordinator(options: AggregationOptions(supportSize: 800)).aggregate(sites).report
        let made = report.candidates.map(\.construction)
        for construction: GlobalConstruction in [
            .gate(target: .label, afterDistillation: false), .support(target: .plan, siteWeights: .constant),
            .greedyMerging, .distillation,
        ] {
            #expect(made.contains(construction), "\(construction)")
        }
        #expect(made.contains(report.chosen))
        #expect(Set(made).count == made.count)
    }

    // MARK: Redraws

    private static func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        return (mean, (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot())
    }

    @Test func redrawsVaryAsTheErrorsSay() throws {
        let sites = (1...3).map { seed in
            Contribution(name: "site \(seed)", fitted: RandomDataFits.easy(seed: UInt64(seed)))
        }
        let problem = try AggregationProblem(sites, options: AggregationOptions(supportSize: 100))
        let redraws = ParameterRedraws(problem)
        var random = RandomNumbers(seed: 5)
        let count = 400
        let drawn = (0..<count).map { _ in redraws.problem(using: &random).mixture.sites }
        for site in problem.mixture.sites.indices {
            let fitted = problem.mixture.sites[site]
            let errors = try #require(fitted.errors).shifted(by: fitted.center.map { -$0 }, of: fitted.model)
            for expert in fitted.model.experts.indices {
                for (index, value) in fitted.model.experts[expert].coefficients.enumerated() {
                    let values: [Double] = drawn.map { $0[site].model.experts[expert].coefficients[index] }
                    let (mean, deviation) = Self.moments(values)
                    let error: Double = errors.experts[expert].standardErrors[index]
                    #expect(abs(mean - value) < 4 * error / Double(count).squareRoot())
                    #expect(abs(deviation / error - 1) < 0.2)
                }
            }
            // The moments are those of the redrawn expert on the same covariates.
            let moments = drawn[0][site].moments[0]
            let expert = drawn[0][site].model.experts[0]
            #expect(
                difference(
                    moments.regression(on: fitted.model.design.expertCovariates).coefficients, expert.coefficients)
                    < 1e-8)
            #expect(moments.mean.dropLast() == fitted.moments[0].mean.dropLast())
        }
    }

    /// The complete-data information is more than the observed one.
    @Test func withoutErrorsTheyVaryLess() throws {
        func spread(_ fitted: FittedMixture) throws -> Double {
            let problem = try AggregationProblem(
                [Contribution(name: "a", fitted: fitted)], options: AggregationOptions(supportSize: 100))
            let redraws = ParameterRedraws(problem)
            var random = RandomNumbers(seed: 6)
            let values = (0..<300).map { _ in
                redraws.problem(using: &random).mixture.sites[0].model.experts[0].coefficients[1]
            }
            return Self.moments(values).deviation
        }
        let known = RandomDataFits.easy(seed: 1)
        var unknown = known
        unknown.errors = nil
        let (first, second) = (try spread(known), try spread(unknown))
        #expect(second > 0.5 * first && second < 1.2 * first, "\(second) of \(first)")
    }
}

private enum RandomDataFits {
    static func easy(seed: UInt64) -> FittedMixture {
        let fit = LocalFit(design: RandomData.easyModel.design, options: FitOptions(expertCount: 2, starts: 3))
        guard let local = try? fit.fit(RandomData.easyRows(300, seed: seed)) else {
            preconditionFailure("easy rows can be fitted")
        }
        return local.fitted
    }
}
