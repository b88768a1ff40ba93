import Aggregation
import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// Sites at which hardly any row has a class: 40 of 100 rows, 7.4 % events.
@Suite struct RareOutcomeTests {
    private static let family = MultinomialFamily(classes: ["no", "yes"])
    private static let model = MixtureModel(
        design: RandomData.design(2), family: family, gate: SoftmaxGate(expertCount: 1, covariateCount: 2),
        experts: [Expert(coefficients: [-2.75, 0.6, -0.4], dispersion: 1)])

    /// Classes that `code` stands for: events may be the reference.
    private static func shards(eventCode: Int) -> [ShardRows] {
        var random = RandomNumbers(seed: 11)
        return (0..<40).map { _ in
            let rows = RandomData.rows(model, count: 100, using: &random)
            return ShardRows(
                covariates: rows.covariates, responses: rows.responses.map { eventCode == 1 ? $0 : 1 - $0 })
        }
    }

    @Test(arguments: [0, 1]) func meanPredictionsAreThoseOfTheRows(eventCode: Int) throws {
        let shards = Self.shards(eventCode: eventCode)
        let all = ShardRows.concatenation(shards)
        let events = all.responses.reduce(0) { $0 + (Int($1) == eventCode ? 1 : 0) } / Double(all.rowCount)
        let deviations = try (0..<10 as Range<UInt64>).map { salt in
            let sites = try shards.map { rows in
                var options = FitOptions(expertCount: 1, standardErrors: .none)
                options.roundingSalt = salt
                return try LocalFit(design: Self.model.design, family: Self.family, options: options).fit(rows).fitted
            }
            #expect(sites.contains { !$0.suppressedClasses.joined().isEmpty })
            let global = try Coordinator(options: AggregationOptions(supportSize: 500))
                .aggregate(LocalModels.named(sites)).model
            let predictors = global.predictors(all.covariates)
            let predicted =
                (0..<all.rowCount).reduce(0) { $0 + 1 / (1 + exp(-predictors[$1, 0])) } / Double(all.rowCount)
            return abs((eventCode == 1 ? predicted : 1 - predicted) - events)
        }
        #expect(deviations.filter { $0 < 0.003 }.count >= 9, "\(deviations)")
    }
}
