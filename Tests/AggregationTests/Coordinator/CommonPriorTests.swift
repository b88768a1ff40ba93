import Aggregation
import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Slopes without a finite maximum at sites: what is common to them has the prior once.
@Suite struct CommonPriorTests {
    private static let sites = 16
    private static let rowsOfASite = 600

    /// A flag in a tenth of the rows and a normal covariate; responses by flag and mean.
    private static func shards(
        seed: UInt64, flagged: (_ site: Int) -> Int = { _ in 60 },
        _ response: (_ site: Int, _ flag: Bool, _ row: Int) -> Double?,
        _ family: any ExpertFamily
    ) -> [ShardRows] {
        var random = RandomNumbers(seed: seed)
        return (0..<sites).map { site in
            let flags = (0..<rowsOfASite).map { $0 < flagged(site) ? 1.0 : 0 }
            let values = RandomData.vector(rowsOfASite, using: &random)
            let responses = flags.indices.map { row in
                let mean = exp(-1.2 + 0.4 * values[row])
                let drawn =
                    family is PoissonFamily ? random.poisson(mean: mean) : random.uniform() < mean / (1 + mean) ? 1 : 0
                return response(site, flags[row] == 1, row) ?? drawn
            }
            return ShardRows(covariates: Matrix(columns: [flags, values]), responses: responses)
        }
    }

    private static let families: [any ExpertFamily] = [MultinomialFamily(classes: ["no", "yes"]), PoissonFamily()]

    private static func fit(_ rows: ShardRows, _ family: any ExpertFamily, _ rule: SlopePriorRule = .separated) throws
        -> FittedMixture
    {
        var options = FitOptions(expertCount: 1)
        options.slopePrior = rule
        return try LocalFit(design: RandomData.design(2), family: family, options: options).fit(rows).fitted
    }

    private static func aggregate(_ sites: [FittedMixture]) throws -> FittedMixture {
        try Coordinator(options: AggregationOptions(supportSize: 500)).aggregate(LocalModels.named(sites)).fitted
    }

    private static func expectSame(_ global: FittedMixture, _ pooled: FittedMixture) throws {
        let errors = try #require(pooled.standardErrors).coefficients[0]
        let own = try #require(global.standardErrors).coefficients[0]
        for index in 0..<3 {
            let error = try #require(errors[index])
            let difference = global.model.experts[0].coefficients[index] - pooled.model.experts[0].coefficients[index]
            #expect(abs(difference) < 0.1 * error, "coefficient \(index): \(difference / error) standard errors")
            let ownError = try #require(own[index])
            #expect(abs(ownError / error - 1) < 0.1, "\(ownError) \(error)")
        }
    }

    /// No event beside the flag at any site, and none beside one without it.
    @Test(arguments: [0, 1], [0.0, 1]) func separatedAtEverySite(family: Int, events: Double) throws {
        let family = Self.families[family]
        // Counts have no largest one: their groups of nothing else are those without the flag.
        let shards = Self.shards(
            seed: 5,
            { _, flag, _ in family is PoissonFamily ? (flag == (events == 0) ? 0 : nil) : (flag ? events : nil) },
            family)
        let pooled = try Self.fit(.concatenation(shards), family)
        let pooledPrior = try #require(pooled.prior)
        #expect(pooledPrior.experts[0][1] > 0)
        let sites = try shards.map { try Self.fit($0, family) }
        #expect(sites.allSatisfy { $0.prior != nil })
        let global = try Self.aggregate(sites)
        try Self.expectSame(global, pooled)
        let prior = try #require(global.prior)
        #expect(difference(prior.experts[0], [0, 1, 0]) < 1e-9)
        // What the prior leaves is its pull once, so that the next level has it once too.
        #expect(difference(global.scores[0], prior.gradient(0, global.model.experts[0].coefficients)) < 1e-9)
        let regions = try (0..<4).map { try Self.aggregate(Array(sites[4 * $0..<4 * $0 + 4])) }
        try Self.expectSame(try Self.aggregate(regions), pooled)
    }

    /// Sites without a flagged row say nothing of the flag.
    @Test(arguments: [0, 1]) func sitesWithoutTheFlag(family: Int) throws {
        let family = Self.families[family]
        let shards = Self.shards(
            seed: 6, flagged: { $0 < 6 ? 0 : 60 }, { _, flag, _ in flag ? 0 : nil }, family)
        let global = try Self.aggregate(shards.map { try Self.fit($0, family) })
        try Self.expectSame(global, try Self.fit(.concatenation(shards), family))
        #expect(global.prior != nil)
    }

    /// Events at one site are enough: the pooled fit has a finite maximum, and no prior.
    @Test(arguments: [0, 1], [3, 15]) func separatedAtAllSitesButOne(family: Int, events: Int) throws {
        let family = Self.families[family]
        let shards = Self.shards(
            seed: 7, { site, flag, row in flag ? (site == 4 && row < events ? 1 : 0) : nil }, family)
        let pooled = try Self.fit(.concatenation(shards), family)
        #expect(pooled.prior == nil)
        let global = try Self.aggregate(shards.map { try Self.fit($0, family) })
        #expect(global.prior == nil && global.scores.isEmpty)
        let errors = try #require(pooled.standardErrors)
        let error = try #require(errors.coefficients[0][1])
        let difference = global.model.experts[0].coefficients[1] - pooled.model.experts[0].coefficients[1]
        #expect(abs(difference) < 0.1 * error, "\(difference / error)")
    }

    /// All slopes have a prior: once at each site, and once for all of them.
    @Test(arguments: [0, 1]) func onAllSlopes(family: Int) throws {
        let family = Self.families[family]
        let shards = Self.shards(seed: 8, { _, flag, row in flag ? (row < 4 ? 1 : 0) : nil }, family)
        let global = try Self.aggregate(shards.map { try Self.fit($0, family, .all) })
        try Self.expectSame(global, try Self.fit(.concatenation(shards), family, .all))
        let none = try Self.fit(.concatenation(shards), family, .none)
        #expect(abs(global.model.experts[0].coefficients[1]) < abs(none.model.experts[0].coefficients[1]))
    }
}
