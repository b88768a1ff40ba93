import Estimation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// One expert is a generalised linear model: estimates and standard errors of statsmodels 0.14 (`GLM(...).fit(tol=1e-14)`), which are
/// those that the help pages of R's `glm` print.
@Suite struct PublishedStandardErrorTests {
    /// Dobson (1990), randomised controlled trial, page 93: counts by outcome and treatment.
    @Test func poisson() throws {
        let outcome = [1, 2, 3, 1, 2, 3, 1, 2, 3]
        let treatment = [1, 1, 1, 2, 2, 2, 3, 3, 3]
        func indicator(_ factor: [Int], _ level: Int) -> [Double] { factor.map { $0 == level ? 1 : 0 } }
        let rows = ShardRows(
            covariates: Matrix(columns: [
                indicator(outcome, 2), indicator(outcome, 3), indicator(treatment, 2), indicator(treatment, 3),
            ]), responses: [18, 17, 15, 20, 10, 20, 25, 13, 12])
        let local = try LocalModel.fitted(
            rows, RandomData.design(4), experts: 1, family: PoissonFamily()
        ) { $0.minRows = 1 }
        try expect(
            local, [3.0445224377, -0.4542552723, -0.2929871247, 0, 0],
            [0.17089865136, 0.20217075885, 0.19274234496, 0.2, 0.2])
    }

    /// `mtcars`: manual transmission by weight.
    @Test func logit() throws {
        let weights = [
            2.620, 2.875, 2.320, 3.215, 3.440, 3.460, 3.570, 3.190, 3.150, 3.440, 3.440, 4.070, 3.730, 3.780, 5.250,
            5.424, 5.345, 2.200, 1.615, 1.835, 2.465, 3.520, 3.435, 3.840, 3.845, 1.935, 2.140, 1.513, 3.170, 2.770,
            3.570, 2.780,
        ]
        let isManual =
            [Double](repeating: 1, count: 3) + [Double](repeating: 0, count: 14)
            + [1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1]
        let local = try LocalModel.fitted(
            ShardRows(covariates: Matrix(columns: [weights]), responses: isManual), RandomData.design(1), experts: 1,
            family: MultinomialFamily(classes: ["automatic", "manual"])
        ) { $0.minRows = 1 }
        try expect(local, [12.04036973, -4.02396996], [4.51006621, 1.43652774])
    }

    private func expect(_ local: LocalModel, _ estimates: [Double], _ errors: [Double]) throws {
        let found = try #require(local.fitted.standardErrors).coefficients[0]
        for index in estimates.indices {
            #expect(abs(local.model.experts[0].coefficients[index] - estimates[index]) < 1e-5)
            #expect(relativeError(try #require(found[index]), errors[index]) < 1e-5)
        }
    }
}
