import Aggregation
import Estimation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Standard errors from global models that are made again: of other sites, and of local models drawn anew.
@Suite struct RebuiltErrorsTests {
    private static func aggregated(
        _ sites: [FittedMixture], _ errors: AggregateErrors,
        _ aggregator: any Aggregator = TransportAggregator.statistics,
        threads: Int = 1
    ) throws -> GlobalModel {
        var options = AggregationOptions(supportSize: 500, inconsistentSites: .keep)
        options.errors = errors
        return try Coordinator(aggregator: aggregator, options: options, parallelism: Parallelism(threads: threads))
            .aggregate(LocalModels.named(sites))
    }

    private static func instead(_ asked: AggregateErrors, _ reason: StandardErrorObstacle) -> AggregationWarning {
        .otherStandardErrors(asked: asked, reason: reason, areByFormulas: false)
    }

    private static func fit(_ rows: ShardRows, experts: Int) throws -> FittedMixture {
        try LocalFit(
            design: RandomData.design(rows.covariates.columnCount), options: FitOptions(expertCount: experts, starts: 3)
        ).fit(rows).fitted
    }

    /// A straight line with a slope of its own.
    private static func line(_ rows: Int, slope: Double, seed: UInt64, copies: Int = 1) -> ShardRows {
        // The covariates are the same at all sites.
        var (places, noise) = (RandomNumbers(seed: 3), RandomNumbers(seed: seed))
        let x = (0..<rows).map { _ in places.normal() }
        let y = x.map { 1 + slope * $0 + noise.normal() }
        let all = (0..<copies).flatMap { _ in x }
        return ShardRows(covariates: Matrix(columns: [all]), responses: (0..<copies).flatMap { _ in y })
    }

    /// Of sites with the same covariates the coefficients are the means of the sites' by their rows: the jackknife is
    /// Σ w² (θ̂ − θ_m)² / (1 − 2 w_m + Σ w²).
    @Test func theJackknifeOfMeans() throws {
        let copies = [1, 1, 2, 3, 5]
        let sites = try copies.enumerated().map { index, copies in
            try Self.fit(Self.line(60, slope: Double(index) - 2, seed: UInt64(index + 10), copies: copies), experts: 1)
        }
        let global = try Self.aggregated(sites, .sites).fitted
        let shares = copies.map { Double($0) / Double(copies.reduce(0, +)) }
        let squares = shares.reduce(0) { $0 + $1 * $1 }
        let errors = try #require(global.standardErrors)
        for index in 0..<2 {
            let mean = zip(shares, sites).reduce(0) { $0 + $1.0 * $1.1.model.experts[0].coefficients[index] }
            #expect(relativeError(global.model.experts[0].coefficients[index], mean) < 1e-8)
            let variance = zip(shares, sites).reduce(0.0) { sum, site in
                let distance = site.0 * (site.1.model.experts[0].coefficients[index] - mean)
                return sum + distance * distance / (1 - 2 * site.0 + squares)
            }
            let own = try #require(errors.coefficients[0][index])
            #expect(relativeError(own, variance.squareRoot()) < 1e-5)
        }
        let degrees = try #require(global.errors?.experts[0].degrees)
        let fourth = shares.reduce(0) { $0 + $1 * $1 * $1 * $1 }
        #expect(relativeError(degrees, squares * squares / fourth - 1) < 1e-5)
        #expect(global.errors?.source == .sites)
    }

    /// Over many studies of sites whose slopes differ the mean of the variances is the variance of the estimates, which errors from rows alone miss by far.
    @Test func theJackknifeSeesHowSitesDiffer() throws {
        let (studies, count, deviation) = (300, 6, 0.5)
        var (slopes, variances, ofRows) = ([Double](), 0.0, 0.0)
        var random = RandomNumbers(seed: 99)
        for study in 0..<studies {
            let sites = try (0..<count).map { site in
                try Self.fit(
                    Self.line(
                        [30, 30, 60, 60, 90, 150][site], slope: 2 + deviation * random.normal(),
                        seed: UInt64(1000 * study + site)), experts: 1)
            }
            let global = try Self.aggregated(sites, .sites).fitted
            slopes.append(global.model.experts[0].coefficients[1])
            let error = try #require(global.standardErrors?.coefficients[0][1])
            variances += error * error / Double(studies)
            let other = try #require(Self.aggregated(sites, .model).fitted.standardErrors?.coefficients[0][1])
            ofRows += other * other / Double(studies)
        }
        let mean = slopes.reduce(0, +) / Double(studies)
        let actual = slopes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(studies - 1)
        // The variance of 300 estimates is known to 8 %.
        #expect(abs(variances / actual - 1) < 0.25)
        #expect(ofRows < 0.2 * actual)
    }

    /// Where there is a formula, redraws say the same as it does.
    @Test func redrawsAgreeWithTheFormulas() throws {
        let sites = try (1...4).map { try Self.fit(RandomData.easyRows(800, seed: $0), experts: 2) }
        let (formula, redrawn) = (try Self.aggregated(sites, .model), try Self.aggregated(sites, .simulate))
        #expect(formula.fitted.model == redrawn.fitted.model)
        #expect(redrawn.fitted.errors?.source == .simulated)
        let (own, other) = (
            try #require(redrawn.fitted.standardErrors), try #require(formula.fitted.standardErrors)
        )
        for (redrawn, formula) in zip(own.coefficients.joined(), other.coefficients.joined()) {
            let ratio = try #require(redrawn) / (try #require(formula))
            #expect((0.85...1.2).contains(ratio))
        }
        for (redrawn, formula) in zip(own.gates.joined(), other.gates.joined()) {
            let ratio = try #require(redrawn) / (try #require(formula))
            #expect((0.8...1.3).contains(ratio))
        }
    }

    /// Also for constructions that have none.
    @Test(
        arguments: ["published", "distillation", "aligned", "greedy", "average"], [AggregateErrors.simulate, .sites])
    func everyConstructionHasErrors(_ method: String, _ errors: AggregateErrors) throws {
        let sites = try (1...4).map { try Self.fit(RandomData.easyRows(400, seed: $0), experts: 2) }
        let global = try Self.aggregated(sites, errors, try #require(Aggregators.named(method)))
        if method != "distillation" || errors != .sites {
            let numbers = try #require(global.fitted.standardErrors)
            for error in numbers.coefficients.joined() { #expect(try #require(error) > 0) }
        }
        let source = global.fitted.errors?.source
        // Without a site the draws are others.
        if method == "distillation", errors == .sites {
            #expect(
                global.report.warnings.contains(
                    .otherStandardErrors(asked: .sites, reason: .draws, areByFormulas: true)))
        } else {
            #expect(source == (errors == .sites ? .sites : .simulated), "\(method)")
        }
    }

    @Test(arguments: [AggregateErrors.simulate, .sites]) func threadsAndOrderOfSitesChangeNoBit(
        _ errors: AggregateErrors
    ) throws {
        let sites = try (1...4).map { try Self.fit(RandomData.easyRows(400, seed: $0), experts: 2) }
        let first = try Self.aggregated(sites, errors).fitted
        #expect(try Self.aggregated(sites.reversed(), errors, threads: 2).fitted == first)
    }

    @Test func theModelOfOneSiteIsMadeOfNoOthers() throws {
        let sites = try (1...3).map { try Self.fit(RandomData.easyRows(400, seed: $0), experts: 2) }
        let global = try Self.aggregated(sites, .sites, try #require(Aggregators.named("best")))
        #expect(
            global.report.warnings.contains(
                .otherStandardErrors(asked: .sites, reason: .modelOfOneSite, areByFormulas: true)))
        #expect(global.fitted.errors != nil)
    }

    /// An expert that a single site has says nothing of other sites.
    @Test func anExpertOfOneSiteHasNoErrorBetweenSites() throws {
        let sites =
            try (1...3).map { try Self.fit(Self.line(200, slope: 1, seed: $0), experts: 1) }
            + [Self.fit(Self.line(200, slope: -30, seed: 5), experts: 1)]
        var options = AggregationOptions(expertCount: 2, supportSize: 500, inconsistentSites: .keep)
        options.errors = .sites
        let global = try Coordinator(aggregator: TransportAggregator.statistics, options: options)
            .aggregate(LocalModels.named(sites)).fitted
        let errors = try #require(global.standardErrors)
        #expect(errors.coefficients.contains { $0.allSatisfy { $0 == nil } })
        #expect(errors.coefficients.contains { $0.allSatisfy { $0 != nil } })
        #expect(errors.gates.joined().allSatisfy { $0 == nil })
    }

    /// The slope of a flag that varies at one site alone is not of other sites, and the others are as they were.
    @Test func aSlopeOfOneSiteHasNoErrorBetweenSites() throws {
        let sites = try (0..<5).map { site in
            var random = RandomNumbers(seed: UInt64(site + 40))
            let x = (0..<200).map { _ in random.normal() }
            let flags = x.indices.map { site == 0 && $0 % 3 == 0 ? 1.0 : 0 }
            let y = x.indices.map { 1 + x[$0] + 2 * flags[$0] + random.normal() }
            return try Self.fit(ShardRows(covariates: Matrix(columns: [x, flags]), responses: y), experts: 1)
        }
        let errors = try #require(Self.aggregated(sites, .sites).fitted.standardErrors).coefficients[0]
        #expect(errors[1] != nil && errors[2] == nil)
        #expect(try #require(Self.aggregated(sites, .model).fitted.standardErrors).coefficients[0][2] != nil)
    }

    /// One site has nearly all rows: finite, or nothing.
    @Test(arguments: [1e3, 1e6, 1e9]) func aDominantSiteLeavesFiniteNumbers(_ factor: Double) throws {
        var sites = try (0..<4).map { try Self.fit(Self.line(200, slope: 1, seed: $0), experts: 1) }
        sites[0] = sites[0].scaled(by: factor)
        let global = try Self.aggregated(sites, .sites).fitted
        for error in try #require(global.standardErrors).coefficients.joined() {
            #expect(error.map { $0.isFinite && $0 > 0 } ?? true)
        }
    }

    @Test func twoSitesSayNothingOfOthers() throws {
        let sites = try (1...2).map { try Self.fit(Self.line(200, slope: 1, seed: $0), experts: 1) }
        let global = try Self.aggregated(sites, .sites)
        #expect(
            global.report.warnings.contains(
                .otherStandardErrors(asked: .sites, reason: .fewSites, areByFormulas: true)))
    }

    /// Where the weights of the local estimates are not those of the sums of their statistics the formulas are another estimator's: two sites whose
    /// covariate varies ten times as much at one of them.
    @Test func constructionsWithoutFormulaHaveNone() throws {
        let sites = try [1.0, 10].enumerated().map { index, scale in
            var random = RandomNumbers(seed: UInt64(index + 60))
            let x = (0..<200).map { _ in scale * random.normal() }
            return try Self.fit(
                ShardRows(covariates: Matrix(columns: [x]), responses: x.map { $0 + random.normal() }), experts: 1)
        }
        for method in ["average", "aligned", "published"] {
            let aggregator = try #require(Aggregators.named(method))
            let global = try Self.aggregated(sites, .model, aggregator)
            #expect(global.fitted.errors == nil)
            #expect(global.report.warnings.contains(Self.instead(.model, .noFormula)))
            let redrawn = try #require(Self.aggregated(sites, .simulate, aggregator).fitted.standardErrors)
            // Half of the slope of each.
            let own = try sites.map { try #require($0.standardErrors?.coefficients[0][1]) }
            let expected = 0.5 * (own[0] * own[0] + own[1] * own[1]).squareRoot()
            let ratio = try #require(redrawn.coefficients[0][1]) / expected
            #expect((0.85...1.15).contains(ratio), "\(method)")
        }
    }
}
