import Aggregation
import Estimation
import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// A class that few rows of each small site have, and many of a large one.
@Suite struct RareClassTests {
    private static let design = Design(target: "y", covariates: ["x"])
    private static let family = MultinomialFamily(classes: ["a", "b", "c"])

    private static func rows(_ count: Int, having rare: Int, seed: UInt64) -> ShardRows {
        var random = RandomNumbers(seed: seed)
        let x = (0..<count).map { _ in random.normal() }
        let classes = x.indices.map { row in
            row < rare ? 2.0 : Double(random.index(weights: [1, exp(0.5 + x[row])]))
        }
        return ShardRows(covariates: Matrix(columns: [x]), responses: classes)
    }

    /// Ten sites of 150 rows, 6 of them of class c, and one of 600 rows, 24 of it.
    @Test func isNotTakenForAbsent() throws {
        let sites =
            (0..<10).map { Self.rows(150, having: 6, seed: UInt64($0 + 1)) } + [Self.rows(600, having: 24, seed: 30)]
        let fit = LocalFit(design: Self.design, family: Self.family, options: FitOptions(expertCount: 1))
        let pooled = try fit.fit(ShardRows.concatenation(sites)).model.experts[0].coefficients
        let local = try sites.map { try fit.fit($0).fitted }
        #expect(local.map(\.suppressedClasses) == [[[Int]]](repeating: [[2]], count: 10) + [[]])
        func global(_ models: [FittedMixture]) throws -> [Double] {
            try Coordinator().aggregate(
                models.enumerated().map { Contribution(name: "site \($0)", fitted: $1) }
            ).fitted.model.experts[0].coefficients
        }
        let suppressed = try global(local)
        let absent = try global(
            local.map {
                var released = $0
                released.suppressedClasses = []
                return released
            })
        #expect(abs(absent[2] - pooled[2]) > 0.5)
        #expect(abs(suppressed[2] - pooled[2]) < 0.2)
        #expect(abs(suppressed[0] - pooled[0]) < 0.05)
    }

    @Test func rareReference() throws {
        func swapped(_ rows: ShardRows) -> ShardRows {
            ShardRows(covariates: rows.covariates, responses: rows.responses.map { 2 - $0 })
        }
        let sites =
            (0..<10).map { swapped(Self.rows(150, having: 6, seed: UInt64($0 + 1))) }
            + [swapped(Self.rows(600, having: 24, seed: 30))]
        let fit = LocalFit(design: Self.design, family: Self.family, options: FitOptions(expertCount: 1))
        let pooled = try fit.fit(ShardRows.concatenation(sites)).model.experts[0].coefficients
        let global = try Coordinator().aggregate(
            try sites.enumerated().map { Contribution(name: "site \($0)", fitted: try fit.fit($1).fitted) }
        ).fitted.model.experts[0].coefficients
        // Odds between the two others, and those against the reference.
        #expect(abs((global[2] - global[0]) - (pooled[2] - pooled[0])) < 0.05)
        #expect(abs(global[0] - pooled[0]) < 0.2)
    }
}
