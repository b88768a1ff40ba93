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
        [(Set([4]), 1), ([0], 2), ([0, 5, 11], 1), ([2, 3, 7], 3), ([1, 3, 6, 8, 10], 2)].map {
            Case(damage: damage, sites: $0.0, seed: $0.1)
        }
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
            // Parameters that are no longer those of their moments need no other site to be found.
            let isImpossible = [.randomParameters, .shuffledCoefficients].contains(given.damage)
            if isImpossible {
                #expect(site.reason != nil && site.divergence == nil)
            } else {
                let divergence = try #require(site.divergence)
                #expect(divergence > 0.3 && divergence.isFinite)
            }
            let tier = isImpossible ? "impossible" : "inconsistent"
            #expect(
                global.report.warnings.contains { $0.description.hasPrefix("\(site.name) is left out as \(tier)") })
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
        guard case .inconsistentSite("site 5", _, .keep, _?) = report.warnings.first else {
            Issue.record("\(report.warnings)")
            return
        }
    }

    /// Of two nobody can say which is wrong.
    @Test func ofTwoSitesBothAreKept() throws {
        let two = Array(Self.contributions(1, damage: .responseUnit, sites: [1]).prefix(2))
        #expect(try aggregate(two).report.leftOut.isEmpty)
    }

    /// Of few a site is named where a damage explains what it differs by, and only there: how far honest sites lie apart is not known.
    @Test(arguments: [3, 4]) func ofFewSitesADamagedOneIsNamed(count: Int) throws {
        let damaged = Array(Self.contributions(1, damage: .responseUnit, sites: [1]).prefix(count))
        #expect(try aggregate(damaged).report.leftOut.map(\.name) == ["site 2"])
        let random = Array(Self.contributions(1, damage: .randomParameters, sites: [1]).prefix(count))
        #expect(try aggregate(random).report.leftOut.map(\.reason) == [.coefficients(expert: 1)])
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

    // MARK: What differs

    @Test(
        arguments: [
            (.flippedSign, .responseSign), (.responseUnit, .responseUnit(power: 3)),
            (.covariateUnit, .covariateUnit(covariate: "x1", power: 3)),
        ] as [(LocalModels.Damage, LikelyDamage)])
    func damageIsSaid(damage: LocalModels.Damage, expected: LikelyDamage) throws {
        let all = Self.contributions(3, damage: damage, sites: [2, 7, 9])
        let sites = try SiteComparison(all).sites.filter(\.isInconsistent)
        #expect(sites.map(\.name) == ["site 3", "site 8", "site 10"])
        #expect(sites.allSatisfy { $0.damage?.wrappedValue == expected })
        let error = #expect(throws: AggregationError.self) { try aggregate(all, rule: .ask) }
        guard case .damagedSites(let damaged)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(Set(damaged.map(\.site)) == Set(sites.map(\.name)))
        #expect(damaged.allSatisfy { $0.damage == expected })
    }

    /// Nothing that is looked for undoes them: the site is named, and takes part.
    @Test func whatNoDamageExplainsStopsNothing() throws {
        let global = try aggregate(Self.contributions(3, damage: .stuckResponse, sites: [2]), rule: .ask)
        #expect(global.report.sites.count == 12)
        guard case .inconsistentSite("site 3", _, .keep, nil) = global.report.warnings.first,
            case .gainWithoutSites(["site 3"], let gain, let error) = global.report.warnings[1]
        else {
            Issue.record("\(global.report.warnings)")
            return
        }
        #expect(gain.isFinite && error > 0)
    }

    // MARK: Honest sites that differ

    /// Slopes between sites with a standard deviation of 0.5, twenty times their standard errors: at most one study in twenty may name
    /// a site.
    @Test(arguments: [5, 8, 16, 40]) func honestDifferencesAreSeldomNamed(count: Int) throws {
        let studies = 100
        let named = try (1...studies).filter { study in
            let comparison = try SiteComparison(Self.honest(count, study: study))
            return comparison.sites.contains(where: \.isInconsistent)
        }
        // 5 of 100 are expected at most; 11 have a probability of 0.01.
        #expect(named.count <= 11)
    }

    /// One expert each, slopes drawn from N(1, 0.5²) and N(-1, 0.5²).
    private static func honest(_ count: Int, study: Int) -> [Contribution] {
        var random = RandomNumbers(seed: UInt64(study))
        let design = RandomData.design(2)
        return (0..<count).map { site in
            let slopes = [1 + 0.5 * random.normal(), -1 + 0.5 * random.normal()]
            let truth = MixtureModel(
                design: design, gate: SoftmaxGate(expertCount: 1, covariateCount: 2),
                experts: [Expert(coefficients: [0] + slopes, dispersion: 1)])
            let rows = RandomData.rows(truth, count: 200 + 100 * (site % 5), using: &random)
            let moments = LocalModels.fitted(truth, on: rows).moments[0]
            let expert = GaussianFamily().fit(moments, on: design.expertCovariates, dispersionFloor: 1e-6)
            let model = MixtureModel(design: design, gate: truth.gate, experts: [expert])
            return Contribution(name: "site \(site + 1)", fitted: LocalModels.fitted(model, on: rows))
        }
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
