import Aggregation
import Numerics
import TestSupport
import Testing

/// A bound on what a single site may weigh.
@Suite struct SiteSharesTests {
    private static func weights(_ count: Int, seed: UInt64) -> [Double] {
        var random = RandomNumbers(seed: seed)
        return (0..<count).map { _ in 1e3 * (3 * random.normal()).magnitude + 1 }
    }

    private static let shares = [0.05, 0.1, 0.2, 0.26, 0.34, 0.5, 0.75, 1]

    @Test(arguments: [1, 2, 3, 4, 5, 12, 40]) func noShareIsLarger(count: Int) {
        for (seed, largest) in Self.shares.enumerated() where largest * Double(count) >= 1 {
            let weights = Self.weights(count, seed: UInt64(seed))
            let factors = SiteShares.factors(weights, largest: largest)
            let lowered = zip(weights, factors).map(*)
            let total = lowered.reduce(0, +)
            #expect(lowered.allSatisfy { $0 <= (1 + 1e-12) * largest * total })
            #expect(factors.allSatisfy { $0 > 0 && $0 <= 1 })
            // As little is taken as can be: whoever is lowered has just the largest share.
            for (weight, factor) in zip(lowered, factors) where factor < 1 {
                #expect(abs(weight - largest * total) <= 1e-12 * total)
            }
        }
    }

    @Test func nothingIsTakenWhereNoShareIsLarger() {
        let weights = [3.0, 2, 4, 3]
        #expect(SiteShares.factors(weights, largest: 0.34) == [1, 1, 1, 1])
    }

    /// Where sites are left out a bound may be below the share of equal weights.
    @Test func belowEqualSharesAllAreEqual() {
        let factors = SiteShares.factors([10, 20, 40], largest: 0.2)
        #expect(factors == [1, 0.5, 0.25])
        #expect(SiteShares.factors([7], largest: 0.2) == [1])
        #expect(SiteShares.factors([], largest: 0.2).isEmpty)
    }

    @Test func theModelHasTheShares() throws {
        var contributions = LocalModels.disturbed(1...4)
        contributions[1].fitted = contributions[1].fitted.scaled(by: 1e6)
        var options = AggregationOptions(supportSize: 200)
        func report() throws -> AggregationReport { try Coordinator(options: options).aggregate(contributions).report }
        let free = try report()
        #expect(
            free.warnings.contains { if case .dominantSite("site 2", let share) = $0 { share > 0.99 } else { false } })
        options.largestShare = 0.4
        let bounded = try report()
        let shares = bounded.sites.map(\.weight)
        #expect(abs(shares.reduce(0, +) - 1) < 1e-12)
        #expect(abs((shares.max() ?? 0) - 0.4) < 1e-12)
        #expect(!bounded.warnings.contains { if case .dominantSite = $0 { true } else { false } })
        let model = try Coordinator(options: options).aggregate(contributions).fitted
        #expect(abs(model.moments.reduce(0) { $0 + $1.weight } - model.weight) < 1e-9 * model.weight)
    }

    @Test func halfIsNotMoreThanHalf() {
        #expect(SiteShares.dominant([("a", 2), ("b", 2)]) == nil)
        #expect(SiteShares.dominant([("a", 2)]) == nil)
        #expect(SiteShares.dominant([("a", 2), ("b", 3)])?.name == "b")
        #expect(SiteShares.dominant([("a", 2.9), ("b", 2)]) == nil)
        #expect(SiteShares.dominant([("a", 7), ("b", 2)])?.name == "a")
        #expect(SiteShares.dominant([("a", 5), ("b", 2), ("c", 2)])?.name == "a")
        #expect(SiteShares.dominant([("a", 5), ("b", 3), ("c", 3)]) == nil)
    }
}
