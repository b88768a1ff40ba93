import Aggregation
import Estimation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Whether sites agree.
@Suite struct SiteAgreementTests {
    /// One expert each; of the first slope, N(1, spread²) over the sites.
    private static func sites(_ count: Int, rows: Int, spread: Double, seed: UInt64) throws -> [Contribution] {
        var random = RandomNumbers(seed: seed)
        let design = RandomData.design(2)
        return try (0..<count).map { site in
            let truth = MixtureModel(
                design: design, gate: SoftmaxGate(expertCount: 1, covariateCount: 2),
                experts: [Expert(coefficients: [2, 1 + spread * random.normal(), -1], dispersion: 1)])
            let own = RandomData.rows(truth, count: rows + 20 * site, using: &random)
            let fitted = try LocalFit(design: design, options: FitOptions(expertCount: 1, starts: 1)).fit(own)
                .fitted
            return Contribution(name: "site \(site + 1)", fitted: fitted)
        }
    }

    private static func agreement(_ contributions: [Contribution]) throws -> [ExpertAgreement] {
        try Coordinator(options: AggregationOptions(supportSize: 100, inconsistentSites: .keep))
            .aggregate(contributions).report.agreement
    }

    /// The test of equal sites rejects one study of twenty.
    @Test func testOfEqualSitesHasItsSize() throws {
        let studies = 150
        let rejected = try (1...studies).filter { study in
            let sites = try Self.sites(6, rows: 150, spread: 0, seed: UInt64(study))
            let expert = try Self.agreement(sites)[0]
            #expect(expert.sites == 6 && expert.degrees == 15)
            return try #require(expert.pValue) < 0.05
        }
        // 7.5 expected; beyond 2 to 15 lies a hundredth of the probability.
        #expect((2...15).contains(rejected.count))
    }

    @Test func theSlopeThatDiffersIsFound() throws {
        let expert = try Self.agreement(try Self.sites(8, rows: 300, spread: 0.5, seed: 3))[0]
        #expect(try #require(expert.adjustedPValue) < 1e-6)
        let slopes = expert.coefficients.filter { $0.covariate != nil }
        #expect(slopes.map(\.covariate) == ["x1", "x2"])
        #expect(slopes[0].deviationLower > 0.2 && slopes[0].deviationLower < 0.5 && slopes[0].deviationUpper > 0.5)
        #expect(slopes[0].share > 0.9 && slopes[1].share < 0.9)
        #expect(slopes[1].deviationLower == 0)
    }

    /// Q of the same numbers, computed from the errors in the files.
    @Test func twoSitesAreComparedByTheirErrors() throws {
        let sites = try Self.sites(2, rows: 200, spread: 0.3, seed: 5)
        let slope = try #require(Self.agreement(sites)[0].coefficients.first { $0.covariate == "x1" })
        let own = try sites.map { site in
            (
                site.fitted.model.experts[0].coefficients[1],
                try #require(site.fitted.errors).experts[0].standardErrors[1]
            )
        }
        let statistic = (own[0].0 - own[1].0) * (own[0].0 - own[1].0) / (own[0].1 * own[0].1 + own[1].1 * own[1].1)
        #expect(difference(slope.statistic, statistic) < 1e-9)
        #expect(slope.predictionLower == nil && slope.sites == 2)
    }

    @Test func theOrderOfTheSitesDoesNotMatter() throws {
        let sites = try Self.sites(5, rows: 100, spread: 0.2, seed: 9)
        #expect(try Self.agreement(sites) == Self.agreement(sites.reversed()))
    }

    @Test func sitesWithoutErrorsAreNotCompared() throws {
        var sites = try Self.sites(3, rows: 100, spread: 0.2, seed: 9)
        for index in sites.indices { sites[index].fitted.errors = nil }
        let expert = try Self.agreement(sites)[0]
        #expect(expert.sites == 0 && expert.pValue == nil && expert.coefficients.isEmpty)
    }
}
