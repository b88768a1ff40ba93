import Aggregation
import Estimation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Aggregates of local models with experts without parameters.
@Suite struct FixedAggregationTests {
    private static let truth = MixtureModel(
        design: RandomData.design(2),
        gate: SoftmaxGate(coefficients: Matrix(columns: [[0.4, 1.5, -0.5], [0.2, 0, 0.3], [0, 0, 0]])),
        experts: RandomData.easyModel.experts + [Expert(.pointMass(0), coefficients: 3)])

    private static func rows(_ count: Int, seed: UInt64) -> ShardRows {
        var random = RandomNumbers(seed: seed)
        return RandomData.rows(truth, count: count, using: &random)
    }

    private static func local(_ rows: ShardRows, _ fixed: [FixedDistribution] = [.pointMass(0)], experts: Int = 2)
        throws
        -> FittedMixture
    {
        var options = FitOptions(expertCount: experts, starts: 5)
        options.fixed = fixed.map { FixedExpert($0) }
        return try LocalFit(design: RandomData.design(2), options: options).fit(rows).fitted
    }

    private static func aggregate(_ fitted: [FittedMixture], method: String = "transport") throws -> GlobalModel {
        try Coordinator(
            aggregator: #require(Aggregators.named(method)), options: AggregationOptions(supportSize: 1000)
        ).aggregate(fitted.enumerated().map { Contribution(name: "site \($0.offset + 1)", fitted: $0.element) })
    }

    private static func score(_ model: MixtureModel) -> Double {
        let test = rows(20_000, seed: 99)
        return model.logDensities(test.covariates, responses: test.responses).reduce(0, +) / 20_000
    }

    @Test(arguments: Aggregators.all.map(\.name)) func copiesGiveTheModel(method: String) throws {
        let one = try Self.local(Self.rows(2000, seed: 1))
        let global = try Self.aggregate([one, one, one], method: method)
        #expect(global.fitted.model.fixedDistributions == [.pointMass(0)])
        #expect(global.fitted.model.regressionCount == 2)
        #expect(abs(Self.score(global.fitted.model) - Self.score(one.model)) < 0.005)
    }

    @Test(arguments: Aggregators.all.map(\.name).filter { $0 != "best" && $0 != "medoid" })
    func sitesAreNearThePooledFit(method: String) throws {
        let shards = (1...6).map { Self.rows(1000, seed: UInt64($0)) }
        let pooled = try Self.local(ShardRows.concatenation(shards))
        let global = try Self.aggregate(shards.map { try Self.local($0) }, method: method)
        #expect(global.fitted.model.regressionCount == 2)
        #expect(global.fitted.model.fixedDistributions == [.pointMass(0)])
        let loss = Self.score(pooled.model) - Self.score(global.fitted.model)
        #expect(loss < (method == "average" ? 0.05 : 0.01), "\(loss)")
    }

    /// A value keeps its rows: of all sites together, and to the last one.
    @Test func equalValuesAreOneAndNothingIsMergedWithThem() throws {
        let shards = (1...3).map { Self.rows(1000, seed: UInt64($0)) }
        let global = try Self.aggregate(shards.map { try Self.local($0) })
        let zeros = shards.reduce(0) { $0 + $1.responses.count { $0 == 0 } }
        #expect(abs(global.fitted.moments[2].weight - Double(zeros)) < 1e-6)
        for site in global.report.sites { #expect(site.labels.last == 2) }
        #expect(global.fitted.standardErrors?.coefficients[2].allSatisfy { $0 == nil } ?? false)
        #expect(global.fitted.standardErrors?.coefficients[0].allSatisfy { $0 != nil } ?? false)
    }

    @Test func sitesMayLackAValueOrHaveOthers() throws {
        let (first, second) = (Self.rows(1500, seed: 1), Self.rows(1500, seed: 2))
        let ceiling = ShardRows(
            covariates: second.covariates, responses: second.responses.map { $0 == 0 ? 7 : $0 })
        let global = try Self.aggregate([try Self.local(first), try Self.local(ceiling, [.pointMass(7)])])
        #expect(global.fitted.model.fixedDistributions == [.pointMass(0), .pointMass(7)])
        #expect(global.fitted.model.regressionCount == 2)
        let without = first.subset(first.responses.indices.filter { first.responses[$0] != 0 })
        let mixed = try Self.aggregate([try Self.local(without, []), try Self.local(second)])
        #expect(mixed.fitted.model.fixedDistributions == [.pointMass(0)])
        #expect(mixed.fitted.model.regressionCount == 2)
    }

    @Test func rangesOfNoiseMustBeTheSame() throws {
        func noisy(_ seed: UInt64, _ low: Double) throws -> FittedMixture {
            let rows = Self.rows(1000, seed: seed)
            let responses = rows.responses.enumerated().map {
                $0.offset % 20 == 0 ? 2 * Double($0.offset) - 1000 : $0.element
            }
            return try Self.local(
                ShardRows(covariates: rows.covariates, responses: responses),
                [.pointMass(0), .noise(low: low, high: 2000)])
        }
        #expect(throws: AggregationError.self) { try Self.aggregate([try noisy(1, -2000), try noisy(2, -3000)]) }
        let global = try Self.aggregate([try noisy(1, -2000), try noisy(2, -2000)])
        #expect(global.fitted.model.fixedDistributions == [.pointMass(0), .noise(low: -2000, high: 2000)])
    }

    @Test func localMixtureScoresAsItsModels() throws {
        let one = try Self.local(Self.rows(2000, seed: 1))
        let average = try WeightedAverage([Contribution(name: "a", fitted: one)])
        let test = Self.rows(500, seed: 3)
        let own = one.model.logDensities(test.covariates, responses: test.responses)
        let other = average.logDensities(test.covariates, responses: test.responses)
        for (left, right) in zip(own, other) { #expect(abs(left - right) < 1e-9 * max(1, abs(left))) }
    }
}
