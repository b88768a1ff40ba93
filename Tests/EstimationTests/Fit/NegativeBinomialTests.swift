import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Fits of negative binomial experts beside public tools and beside Poisson, their limit.
@Suite struct NegativeBinomialTests {
    private static func fit(
        _ rows: ShardRows, _ design: Design, _ family: any ExpertFamily, experts: Int
    ) throws -> LocalModel {
        var options = FitOptions(expertCount: experts, minRows: 1)
        options.slopePrior = .none
        return try LocalFit(design: design, family: family, options: options).fit(rows)
    }

    /// `MASS::glm.nb` (`Resources/parity`), with and without exposure.
    @Test(arguments: ["quine_negative_binomial_k1.csv", "ships_negative_binomial_k1.csv"])
    func oneExpertIsThatOfPublicTools(file: String) throws {
        let known = try ParityCase.read(file)
        var covariates = known.expertFeatures
        var columns = try covariates.map { try known.column($0) }
        if let exposure = known.exposure {
            covariates.append("log " + exposure)
            columns.append(try known.column(exposure).map { log($0) })
        }
        let terms = Array(known.expertFeatures.indices)
        let design = Design(
            target: known.target, covariates: covariates, expertCovariates: terms, gateCovariates: terms,
            offset: known.exposure == nil ? nil : terms.count)
        let rows = ShardRows(covariates: Matrix(columns: columns), responses: try known.column(known.target))
        let local = try Self.fit(rows, design, NegativeBinomialFamily(), experts: 1)
        let expert = local.model.experts[0]
        let expected = try #require(known.coefficients)
        for (own, other) in zip(expert.coefficients, expected) { #expect(abs(own - other) < 1e-6) }
        #expect(try abs(expert.dispersion - #require(known.dispersion)) < 1e-6)
        #expect(try abs(local.report.logLikelihood - #require(known.logLikelihood)) < 1e-8)
    }

    /// Rows of Poisson experts, and ones that vary less than these: the likelihood is not below theirs, but for the least dispersion, which
    /// takes half of it times Σ μ² from the log-likelihood.
    @Test(arguments: [1, 2], [0, 1]) func isNotBelowPoisson(experts: Int, underdispersed: Int) throws {
        for seed in 1...2 as ClosedRange<UInt64> {
            let model = FamilyModel.poisson
            var rows = model.rows(600, seed: seed)
            if underdispersed == 1 {
                // Means to whole numbers hardly vary about them.
                let means = model.model.predictors(rows.covariates)
                rows = ShardRows(
                    covariates: rows.covariates,
                    responses: (0..<rows.rowCount).map { exp(means[$0, $0.isMultiple(of: 3) ? 1 : 0]).rounded() })
            }
            let (design, own) = (model.model.design, NegativeBinomialFamily())
            let negative = try Self.fit(rows, design, own, experts: experts)
            let poisson = try Self.fit(rows, design, PoissonFamily(), experts: experts)
            #expect(negative.report.logLikelihood >= poisson.report.logLikelihood - 1e-4)
            #expect(negative.warnings.allSatisfy { if case .varianceFloor = $0 { false } else { true } })
        }
    }

    /// One group that varies less than Poisson: coefficients and standard errors are those of Poisson.
    @Test func underdispersionIsPoisson() throws {
        var random = RandomNumbers(seed: 3)
        let x = (0..<500).map { _ in random.normal() }
        let rows = ShardRows(
            covariates: Matrix(columns: [x]), responses: x.map { (exp(2 + 0.3 * $0) + random.uniform()).rounded() })
        let design = RandomData.design(1)
        let negative = try Self.fit(rows, design, NegativeBinomialFamily(), experts: 1)
        let poisson = try Self.fit(rows, design, PoissonFamily(), experts: 1)
        #expect(negative.report.stopReason == .converged)
        #expect(negative.model.experts[0].dispersion < 1e-5)
        #expect(
            difference(negative.model.experts[0].coefficients, poisson.model.experts[0].coefficients) < 1e-5)
        let errors = try #require(negative.fitted.standardErrors).coefficients[0]
        let others = try #require(poisson.fitted.standardErrors).coefficients[0]
        for (own, other) in zip(errors, others) {
            #expect(try abs(#require(own) / #require(other) - 1) < 1e-3)
        }
    }

    /// Counts that Poisson experts need several of are those of one.
    @Test func oneOfThemDoesTheWorkOfSeveral() throws {
        let source = MixtureModel(
            design: RandomData.design(1), family: NegativeBinomialFamily(),
            ungated: [Expert(coefficients: [1, 0.5], dispersion: 1.5)])
        var random = RandomNumbers(seed: 4)
        let rows = RandomData.rows(source, count: 2000, using: &random)
        let one = try Self.fit(rows, source.design, NegativeBinomialFamily(), experts: 1)
        let three = try Self.fit(rows, source.design, PoissonFamily(), experts: 3)
        #expect(one.report.logLikelihood > three.report.logLikelihood)
        #expect(abs(one.model.experts[0].dispersion - 1.5) < 0.2)
    }
}
