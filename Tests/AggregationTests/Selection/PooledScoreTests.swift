import Aggregation
import Estimation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Experts whose fit is not closed, from many small sites: they are to come out as those of all rows in one place.
@Suite struct PooledScoreTests {
    private static let design = RandomData.design(2)

    private static func truth(_ family: any ExpertFamily, _ coefficients: [Double]) -> MixtureModel {
        MixtureModel(
            design: design, family: family, gate: SoftmaxGate(expertCount: 1, covariateCount: 2),
            experts: [Expert(coefficients: coefficients, dispersion: 1)])
    }

    private static let cases = [
        truth(MultinomialFamily(classes: ["a", "b"]), [0.3, 2, -1.5]),
        truth(MultinomialFamily(classes: ["a", "b", "c"]), [0.3, 2, -1.5, -0.5, -1, 2]),
        truth(PoissonFamily(), [0.2, 0.8, -0.6]),
    ]

    private static func fit(_ rows: ShardRows, _ family: any ExpertFamily) throws -> FittedMixture {
        try LocalFit(design: design, family: family, options: FitOptions(expertCount: 1)).fit(rows).fitted
    }

    /// In standard errors of the pooled fit, root mean square.
    private static func distance(_ coefficients: [Double], _ pooled: FittedMixture) throws -> Double {
        let errors = try #require(pooled.standardErrors).coefficients[0]
        let terms = try coefficients.indices.map { index in
            let difference = coefficients[index] - pooled.model.experts[0].coefficients[index]
            return difference / (try #require(errors[index]))
        }
        return (terms.reduce(0) { $0 + $1 * $1 } / Double(terms.count)).squareRoot()
    }

    /// (Σ I_l)⁻¹ Σ I_l β_l: every score a straight line.
    private static func straight(_ sites: [FittedMixture]) -> [Double] {
        var information = PackedSymmetric(size: sites[0].information[0].size)
        var score = [Double](repeating: 0, count: information.size)
        for site in sites {
            information += site.information[0]
            for (index, value) in (site.information[0] * site.model.experts[0].coefficients).enumerated() {
                score[index] += value
            }
        }
        return solvePositiveSemidefinite(information.matrix(), score)
    }

    @Test(arguments: cases) func manySmallSitesGiveThePooledFit(truth: MixtureModel) throws {
        var random = RandomNumbers(seed: 3)
        let shards = (0..<40).map { _ in RandomData.rows(truth, count: 150, using: &random) }
        let sites = try shards.map { try Self.fit($0, truth.family) }
        let pooled = try Self.fit(.concatenation(shards), truth.family)
        let global = try Coordinator(
            aggregator: TransportAggregator.statistics,
            options: AggregationOptions(supportSize: 500, inconsistentSites: .keep)
        ).aggregate(LocalModels.named(sites)).model
        let (line, own) = (
            try Self.distance(Self.straight(sites), pooled),
            try Self.distance(global.experts[0].coefficients, pooled)
        )
        #expect(line > 0.15, "\(line)")
        // A tenth of a standard error is what draws from bins in the place of normal covariates may cost.
        #expect(own < max(0.35 * line, 0.1), "\(own) of \(line)")
    }

    /// A class that a site has no row of: its absence counts.
    @Test func sitesWithoutAClass() throws {
        let family = MultinomialFamily(classes: ["a", "b", "c"])
        let truth = Self.truth(family, [0, 1, -1, -3.5, -0.5, 0.5])
        var random = RandomNumbers(seed: 4)
        let shards = (0..<30).map { index in
            let rows = RandomData.rows(truth, count: 300, using: &random)
            // As if it could not be distinguished at two sites of three.
            return index.isMultiple(of: 3)
                ? rows : rows.subset(rows.responses.indices.filter { rows.responses[$0] != 2 })
        }
        let options = FitOptions(expertCount: 1, minRows: 1)
        let sites = try shards.map {
            try LocalFit(design: Self.design, family: family, options: options).fit($0).fitted
        }
        let pooled = try LocalFit(design: Self.design, family: family, options: options)
            .fit(.concatenation(shards)).fitted
        let global = try Coordinator(
            aggregator: TransportAggregator.statistics,
            options: AggregationOptions(supportSize: 500, inconsistentSites: .keep)
        ).aggregate(LocalModels.named(sites)).model
        let line = try Self.distance(Self.straight(sites), pooled)
        let own = try Self.distance(global.experts[0].coefficients, pooled)
        #expect(line > 2 && own < 0.5 * line, "\(own) of \(line)")
    }
}
