import Aggregation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Experts from the statistics of components of which some do not belong.
@Suite struct RobustExpertsTests {
    private let design = RandomData.design(2)
    private let truth = [1.0, 2, -1]

    /// One expert a site, on rows of the given regression.
    private func site(_ coefficients: [Double], rows count: Int, seed: UInt64) -> FittedMixture {
        let expert = Expert(coefficients: coefficients, dispersion: 0.25)
        let model = MixtureModel(
            design: design, gate: SoftmaxGate(expertCount: 1, covariateCount: 2), experts: [expert])
        var random = RandomNumbers(seed: seed)
        return LocalModels.fitted(model, on: RandomData.rows(model, count: count, using: &random))
    }

    private func experts(_ sites: [FittedMixture]) -> Expert {
        let mixture = LocalMixture(sites: sites, siteWeights: .constant)
        let labels = [Int](repeating: 0, count: sites.count)
        // Beside another expert, of which there are no rows here: of one alone no row belongs to another.
        let start = sites[0].model.experts[0]
        return RobustExperts(mixture, labels, dispersionFloor: 0).fitted(from: [start, start])[0]
    }

    private func plain(_ sites: [FittedMixture]) -> Expert {
        GaussianFamily().fit(
            Moments.sum(sites.flatMap(\.moments), count: 3), on: design.expertCovariates, dispersionFloor: 0)
    }

    @Test func whereAllBelongTheyAreThePlainSum() {
        let sites = (1...8).map { site(truth, rows: 400, seed: UInt64($0)) }
        #expect(experts(sites) == plain(sites))
    }

    @Test func whatDoesNotBelongLosesItsSay() {
        let sites = (1...8).map { site(truth, rows: 100, seed: UInt64($0)) } + [site([9, -4, 6], rows: 100, seed: 9)]
        #expect(difference(experts(sites).coefficients, truth) < 0.2)
        #expect(difference(plain(sites).coefficients, truth) > 0.3)
    }

    /// Rows decide, not components: many small sites that differ do not outvote a large one.
    @Test func aLargeSiteIsNotOutvoted() {
        let small = (1...9).map { site([4, 2, -1], rows: 10, seed: UInt64($0)) }
        #expect(difference(experts([site(truth, rows: 2000, seed: 20)] + small).coefficients, truth) < 0.1)
    }
}
