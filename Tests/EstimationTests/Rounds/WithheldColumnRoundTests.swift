import Estimation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// A column that rules withhold at sites, in extra rounds: their constants are no contrast.
@Suite struct WithheldColumnRoundTests {
    private static let design = Design(target: "y", covariates: ["x", "flag"])

    /// y = level + x + 2 flag + N(0, 1).
    private static func rows(_ count: Int, flagged: Int, level: Double, seed: UInt64) -> ShardRows {
        var random = RandomNumbers(seed: seed)
        let x = (0..<count).map { _ in random.normal() }
        let flags = (0..<count).map { $0 < flagged ? 1.0 : 0 }
        return ShardRows(
            covariates: Matrix(columns: [x, flags]),
            responses: (0..<count).map { level + x[$0] + 2 * flags[$0] + random.normal() })
    }

    /// A mixture that all sites have, of one expert or of two equal ones, with this slope.
    private static func start(_ parts: [ShardRows], slope: Double, experts: Int) -> FittedMixture {
        let expert = Expert(coefficients: [0, 0.5, slope], dispersion: 1)
        let other = Expert(coefficients: [1, 0.5, slope], dispersion: 1)
        let model = MixtureModel(
            design: design, gate: SoftmaxGate(coefficients: Matrix(rowCount: 3, columnCount: experts)),
            experts: Array([expert, other].prefix(experts)))
        let pooled = ShardRows.concatenation(parts)
        return FittedMixture(
            model: model, moments: model.statistics(of: pooled, level: .expectationMaximization).expertMoments,
            rowCount: pooled.rowCount, weight: pooled.totalWeight)
    }

    private static func after(_ rounds: Int, _ parts: [ShardRows], from start: FittedMixture) throws -> FittedMixture {
        var global = start
        for _ in 0..<rounds {
            let round = GeneralisedEMRound(at: global, options: FitOptions(expertCount: start.model.expertCount))
            global = try round.update(parts.map { try round.statistics(of: $0).statistics }).fitted
        }
        return global
    }

    /// Sites of different level that have the flag in 3 to 9 rows say nothing of its slope.
    @Test(arguments: [1, 2])
    func aSlopeThatNoSiteReleasesStays(experts: Int) throws {
        let parts = (0..<3).map {
            Self.rows(300, flagged: 3 * ($0 + 1), level: Double($0), seed: UInt64($0 + 1))
        }
        let end = try Self.after(5, parts, from: Self.start(parts, slope: 0.7, experts: experts))
        for expert in end.model.experts { #expect(abs(expert.coefficients[2] - 0.7) < 1e-6) }
        for column in 0..<experts { #expect(abs(end.model.gate.coefficients[2, column]) < 1e-6) }
    }

    /// Where rounds end the slope is that of the sites that release the column, and the others' rows stand for their level alone.
    @Test func roundsEndAtTheEquationsOfTheSitesThatReleaseIt() throws {
        let parts = [
            Self.rows(400, flagged: 60, level: 0.3, seed: 10), Self.rows(300, flagged: 6, level: 0, seed: 11),
            Self.rows(300, flagged: 9, level: 0.5, seed: 12),
        ]
        let end = try Self.after(60, parts, from: Self.start(parts, slope: 0, experts: 1))
        let coefficients = end.model.experts[0].coefficients
        let large = parts[0]
        let mean = large.covariates.column(1).reduce(0, +) / 400
        let residuals = large.responses.indices.map { row in
            large.responses[row] - coefficients[0] - coefficients[1] * large.covariates[row, 0]
                - coefficients[2] * large.covariates[row, 1]
        }
        let score = residuals.indices.reduce(0) { $0 + (large.covariates[$1, 1] - mean) * residuals[$1] }
        #expect(abs(score) < 1e-6 * 400)
        #expect(abs(coefficients[2] - 2) < 0.6)
    }

    /// Sums of sites that withhold nothing are those of the pooled rows, whatever the order.
    @Test func nothingChangesWhereNothingIsWithheld() throws {
        let parts = (0..<3).map { Self.rows(200, flagged: 50, level: Double($0), seed: UInt64($0 + 20)) }
        let start = Self.start(parts, slope: 0, experts: 1)
        let end = try Self.after(1, parts, from: start).model.experts[0].coefficients
        let pooled = try Self.after(1, [ShardRows.concatenation(parts)], from: start).model.experts[0].coefficients
        for (own, other) in zip(end, pooled) { #expect(abs(own - other) < 1e-9) }
    }
}
