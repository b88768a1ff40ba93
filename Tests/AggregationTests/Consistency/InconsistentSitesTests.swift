import Aggregation
import Estimation
import MixtureOfExperts
import Numerics
import Simulation
import TestSupport
import Testing

/// Local models that cannot be right.
@Suite struct InconsistentSitesTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var damage: LocalModels.Damage
        var sites: Set<Int>
        var seed: UInt64

        var testDescription: String { "\(damage) at \(sites.sorted()), seed \(seed)" }
    }

    static let cases = LocalModels.Damage.allCases.flatMap { damage in
        [(Set([4]), 1), ([0], 2), ([0, 5, 11], 1), ([2, 3, 7], 3)].map { Case(damage: damage, sites: $0.0, seed: $0.1) }
    }

    private static func benchmark(_ seed: UInt64) -> SyntheticBenchmark {
        SyntheticBenchmark(
            profile: SyntheticBenchmark.Profile.allCases[Int(seed) % 3], shardCount: 12, seed: seed)
    }

    private static func contributions(
        _ seed: UInt64, damage: LocalModels.Damage? = nil, sites: Set<Int> = []
    ) -> [Contribution] {
        (0..<12).map { site in
            LocalModels.synthetic(
                benchmark(seed), shard: site, rowCount: 500, damage: sites.contains(site) ? damage : nil)
        }
    }

    private func aggregate(_ contributions: [Contribution], rule: InconsistentSiteRule = .exclude) throws -> GlobalModel
    {
        try Coordinator(
            aggregator: MedoidAggregator(),
            options: AggregationOptions(supportSize: 200, inconsistentSites: rule)
        ).aggregate(contributions)
    }

    @Test(arguments: cases) func areFoundExactly(_ given: Case) throws {
        let all = Self.contributions(given.seed, damage: given.damage, sites: given.sites)
        let global = try aggregate(all)
        #expect(Set(global.report.leftOut.map(\.name)) == Set(given.sites.map { "site \($0 + 1)" }))
        #expect(global.report.sites.count == 12 - given.sites.count)
        for site in global.report.leftOut {
            let divergence = try #require(site.divergence)
            #expect(divergence > 2 && divergence.isFinite)
            #expect(
                global.report.warnings.contains { $0.description.hasPrefix("\(site.name) is left out as inconsistent") }
            )
        }
        // What was left out leaves no trace in the model.
        let kept = all.enumerated().filter { !given.sites.contains($0.offset) }.map(\.element)
        #expect(try aggregate(kept).fitted == global.fitted)
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64]) func noneAmongHonestSites(seed: UInt64) throws {
        #expect(try aggregate(Self.contributions(seed)).report.leftOut.isEmpty)
    }

    @Test func sitesThatSeeDifferentGroupsAreHonest() throws {
        let contributions = try LocalModels.heterogeneous.get().contributions
        #expect(try aggregate(contributions).report.leftOut.isEmpty)
        #expect(try SiteComparison(contributions).sites.allSatisfy { !$0.isInconsistent })
    }

    /// Where every site has a group of its own nobody is a witness, and nobody is inconsistent.
    @Test(arguments: [3, 5]) func sitesWithNothingInCommonAreHonest(count: Int) throws {
        let easy = RandomData.easyModel
        let contributions = (0..<count).map { site in
            let expert = Expert(coefficients: [20 * Double(site), Double(site) - 2, 3], dispersion: 0.2)
            let model = MixtureModel(
                design: easy.design, gate: SoftmaxGate(expertCount: 1, covariateCount: 2), experts: [expert])
            var random = RandomNumbers(seed: UInt64(site + 1))
            let rows = RandomData.rows(model, count: 200 * (site + 1), using: &random)
            return Contribution(name: "site \(site)", fitted: LocalModels.fitted(model, on: rows))
        }
        #expect(try aggregate(contributions).report.leftOut.isEmpty)
    }

    /// A site with few rows fits one expert for all groups: wide, and like no single expert of the others.
    @Test(arguments: [false, true]) func fewerExpertsAreNoDamage(flipped: Bool) throws {
        var contributions = LocalModels.disturbed(1...6)
        let rows = RandomData.easyRows(60, seed: 30)
        let responses = rows.responses.map { flipped ? 5 - 10 * $0 : $0 }
        let local = try LocalFit(design: RandomData.design(2), options: FitOptions(expertCount: 1)).fit(
            ShardRows(covariates: rows.covariates, responses: responses))
        contributions.append(Contribution(name: "small", fitted: local.fitted))
        #expect(try aggregate(contributions).report.leftOut.map(\.name) == (flipped ? ["small"] : []))
    }

    @Test func byDefaultTheyAreNamedAndKept() throws {
        let contributions = Self.contributions(1, damage: .flippedSign, sites: [4])
        let report = try aggregate(contributions, rule: .keep).report
        #expect(report.leftOut.isEmpty && report.sites.count == 12)
        guard case .inconsistentSite("site 5", _, .keep) = report.warnings.first else {
            Issue.record("\(report.warnings)")
            return
        }
    }

    /// Of two nobody can say which is wrong.
    @Test func ofTwoSitesBothAreKept() throws {
        let two = Array(Self.contributions(1, damage: .responseUnit, sites: [1]).prefix(2))
        #expect(try aggregate(two).report.leftOut.isEmpty)
    }

    @Test(arguments: [0, -1, 1e-320] as [Double]) func aSiteWithoutAUsableNumberIsInconsistent(
        dispersion: Double
    ) throws {
        var contributions = Self.contributions(1)
        for expert in 0..<5 { contributions[3].fitted.model.experts[expert].dispersion = dispersion }
        let sites = try SiteComparison(contributions).sites
        #expect(sites.filter(\.isInconsistent).map(\.name) == ["site 4"])
        // They go into files and tables.
        #expect(sites.allSatisfy { $0.divergence.isFinite && $0.divergences.allSatisfy(\.isFinite) })
        #expect(try aggregate(contributions).report.leftOut.map(\.name) == ["site 4"])
    }

    // MARK: The table

    @Test func comparisonIsInTheOrderGiven() throws {
        let contributions = Self.contributions(2, damage: .flippedSign, sites: [6])
        let comparison = try SiteComparison(contributions)
        #expect(comparison.sites.map(\.name) == contributions.map(\.name))
        #expect(comparison.references == contributions.map(\.name))
        for site in comparison.sites {
            #expect(site.rows == 500 && site.experts == 5)
            let own = try #require(comparison.references.firstIndex(of: site.name))
            #expect(difference(site.divergences[own], 0) < 1e-12)
            #expect(site.divergences.allSatisfy { $0 >= -1e-12 })
        }
        let turned = try SiteComparison(contributions.reversed(), parallelism: Parallelism(threads: 2))
        for (site, other) in zip(turned.sites.reversed(), comparison.sites) {
            #expect(site.name == other.name && site.divergence == other.divergence)
            #expect(site.divergences.reversed() == other.divergences)
        }
    }
}
