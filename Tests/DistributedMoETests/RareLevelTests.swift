import Aggregation
import DistributedMoE
import Estimation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// A level that few rows of each small site have, and many of a large one.
@Suite struct RareLevelTests {
    private static let design = Design(target: "y", covariates: ["x", "level"])
    private static let effect = 6.0

    /// y = 1 + 2 x + 6 level + N(0, 1), one expert.
    private static func rows(_ count: Int, having level: Int, seed: UInt64) -> ShardRows {
        var random = RandomNumbers(seed: seed)
        let x = (0..<count).map { _ in random.normal() }
        let levels = (0..<count).map { $0 < level ? 1.0 : 0 }
        let responses = (0..<count).map { 1 + 2 * x[$0] + effect * levels[$0] + random.normal() }
        return ShardRows(covariates: Matrix(columns: [x, levels]), responses: responses)
    }

    /// As if the rows of the level were some of the reference.
    private static func folded(_ rows: ShardRows) -> ShardRows {
        ShardRows(
            covariates: Matrix(columns: [
                Array(rows.covariates.column(0)), [Double](repeating: 0, count: rows.rowCount),
            ]),
            responses: rows.responses)
    }

    private static func aggregated(_ shards: [ShardRows]) throws -> GlobalModel {
        try DistributedLearning(
            design: design, fitOptions: FitOptions(expertCount: 1), parallelism: .serial
        ).learn(shards.enumerated().map { DistributedLearning.Shard(name: "site \($0)", rows: $1) }).global
    }

    /// Twelve sites of 120 rows, 8 of them of the level, and one of 400 rows that knows it.
    @Test func doesNotBecomeTheReference() throws {
        let small = (0..<12).map { Self.rows(120, having: 8, seed: UInt64($0 + 1)) }
        let large = Self.rows(400, having: 100, seed: 50)
        let pooled = try LocalFit(design: Self.design, options: FitOptions(expertCount: 1))
            .fit(ShardRows.concatenation(small + [large])).model.experts[0].coefficients
        let suppressed = try Self.aggregated(small + [large]).fitted.model.experts[0].coefficients
        let folded = try Self.aggregated(small.map(Self.folded) + [large]).fitted.model.experts[0].coefficients
        // Of the reference 8 · 6 / 120 are those of the level at each small site.
        #expect(abs(folded[0] - pooled[0]) > 0.2)
        #expect(abs(suppressed[0] - pooled[0]) < 0.05)
        #expect(abs(suppressed[2] - pooled[2]) < 0.5 * abs(folded[2] - pooled[2]))
    }

    @Test func thatNoSiteKnowsIsNamed() throws {
        let global = try Self.aggregated((0..<3).map { Self.rows(120, having: 4, seed: UInt64($0 + 1)) })
        #expect(global.report.warnings.contains { $0 == .withheldCovariate(covariate: "level") })
        let known = try Self.aggregated([Self.rows(120, having: 4, seed: 1), Self.rows(120, having: 40, seed: 2)])
        #expect(!known.report.warnings.contains { $0.description.contains("'level'") })
    }
}
