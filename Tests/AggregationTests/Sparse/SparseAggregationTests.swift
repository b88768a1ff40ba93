import Aggregation
import Estimation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Local models whose slopes a lasso chose.
@Suite struct SparseAggregationTests {
    /// Three experts on six covariates, two slopes each; a gate against the second expert.
    private static let truth = MixtureModel(
        design: RandomData.design(6),
        gate: SoftmaxGate(
            coefficients: Matrix(columns: [[0.2, 2, 0, 0, 0, 0, 0], [0, 0, -2, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0]])),
        experts: [
            Expert(coefficients: [5, 1, 0, -1, 0, 0, 0], dispersion: 0.5),
            Expert(coefficients: [0, 0, 1, 0, 1, 0, 0], dispersion: 0.5),
            Expert(coefficients: [-5, 0, 0, 0, 0, 1.5, 0], dispersion: 0.5),
        ])

    private static func rows(_ seed: UInt64, _ count: Int = 1000) -> ShardRows {
        var random = RandomNumbers(seed: seed)
        return RandomData.rows(truth, count: count, using: &random)
    }

    private static func local(_ rows: ShardRows, _ lasso: Lasso) throws -> FittedMixture {
        let options = FitOptions(expertCount: 3, starts: 5, lasso: lasso)
        return try LocalFit(design: truth.design, options: options).fit(rows).fitted
    }

    private static let sites: [Contribution] = (0..<5).compactMap { site in
        (try? local(rows(UInt64(site + 1)), .weights(gate: 12, experts: 12))).map {
            Contribution(name: "site \(site)", fitted: $0)
        }
    }

    private static func aggregated(_ sites: [Contribution]) throws -> GlobalModel {
        try Coordinator(options: AggregationOptions(supportSize: 2000)).aggregate(sites)
    }

    /// Which slopes are there, experts by falling intercept.
    private static func support(_ model: MixtureModel) -> [[Bool]] {
        model.experts.sorted { $0.coefficients[0] > $1.coefficients[0] }.map {
            $0.coefficients.dropFirst().map { $0 != 0 }
        }
    }

    /// All slopes that matter, and few others.
    private static func expectSupport(of model: MixtureModel) {
        let (found, wanted) = (support(model).joined(), support(truth).joined())
        #expect(zip(found, wanted).allSatisfy { $0.0 || !$0.1 })
        let others = wanted.count { !$0 }
        #expect(zip(found, wanted).count { $0.0 && !$0.1 } * 3 <= 2 * others)
    }

    private static func gateSlopes(_ model: MixtureModel) -> Int {
        (0..<model.expertCount).reduce(0) { $0 + model.gate.coefficients.column($1).dropFirst().count { $0 != 0 } }
    }

    @Test func theGlobalModelIsSparse() throws {
        #expect(Self.sites.count == 5)
        let global = try Self.aggregated(Self.sites)
        Self.expectSupport(of: global.model)
        #expect(Self.gateSlopes(global.model) == 2)
        #expect(global.fitted.selection == SlopeSelection(gate: true, experts: [true, true, true]))
        // What the vote keeps is not shrunk: closer to the truth than any site.
        let experts = global.model.experts.sorted { $0.coefficients[0] > $1.coefficients[0] }
        for (own, true_) in zip(experts, Self.truth.experts) {
            for (value, known) in zip(own.coefficients, true_.coefficients) { #expect(abs(value - known) < 0.08) }
        }
    }

    @Test func theOrderOfTheSitesMakesNoDifference() throws {
        let forwards = try Self.aggregated(Self.sites)
        let backwards = try Self.aggregated(Self.sites.reversed())
        #expect(forwards.fitted == backwards.fitted)
    }

    /// A global model is a local one of the next stage.
    @Test func zerosSurviveATree() throws {
        let first = try Self.aggregated(Array(Self.sites.prefix(3)))
        let second = try Self.aggregated(Array(Self.sites.suffix(2)))
        let both = try Self.aggregated([
            Contribution(name: "a", fitted: first.fitted), Contribution(name: "b", fitted: second.fitted),
        ])
        Self.expectSupport(of: both.model)
    }

    /// Zeros count only where a lasso chose them.
    @Test func modelsWithoutALassoDoNotVote() throws {
        let plain = Self.sites.map {
            var site = $0
            site.fitted.selection = nil
            return site
        }
        let global = try Self.aggregated(plain)
        #expect(global.fitted.selection == nil)
        #expect(Self.support(global.model).allSatisfy { $0.allSatisfy { $0 } })
        var one = plain
        one[0].fitted.selection = Self.sites[0].fitted.selection
        let voted = Self.support(try Self.aggregated(one).model)
        #expect(voted == Self.support(Self.sites[0].fitted.model))
    }

    /// A covariate that never varies at a site says nothing of it there.
    @Test func sitesWhereACovariateIsConstantAbstain() throws {
        var sites = Self.sites
        for site in 0..<3 {
            var rows = Self.rows(UInt64(site + 1))
            var covariates = rows.covariates
            for row in 0..<covariates.rowCount { covariates[row, 4] = 0 }
            rows = ShardRows(covariates: covariates, responses: rows.responses)
            sites[site].fitted = try Self.local(rows, .weights(gate: 12, experts: 12))
        }
        let support = Self.support(try Self.aggregated(sites).model)
        #expect(support[2][4])
    }
}
