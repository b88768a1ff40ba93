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
        try consecutiveRounds(rounds, over: parts, from: start, FitOptions(expertCount: start.model.expertCount))
            .last?.fitted ?? start
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

    /// Rounds end at the least squares of all rows, with the flags that are withheld spread about their means along the slope of those released.
    @Test func roundsEndAtTheLeastSquaresOfWhatIsFilledIn() throws {
        let parts = [
            Self.rows(400, flagged: 60, level: 0.3, seed: 10), Self.rows(300, flagged: 6, level: 0, seed: 11),
            Self.rows(300, flagged: 9, level: 0.5, seed: 12),
        ]
        let start = Self.start(parts, slope: 0, experts: 1)
        let round = GeneralisedEMRound(at: start, options: FitOptions(expertCount: 1))
        let moments = try parts.map { try round.statistics(of: $0).statistics.moments[0] }
        let end = try Self.after(12, parts, from: start).model.experts[0].coefficients
        let released = moments[0].scatter
        let slope = (released[1, 2] - released[1, 0] * end[1]) / released[1, 1]
        let filled = moments.enumerated().map { index, own in
            index == 0 ? own : own.varying(1, variance: own.mean[1] * (1 - own.mean[1]), slope: slope)
        }
        let expected = Moments.sum(filled, count: 3).regression(on: [0, 1]).coefficients
        for (own, other) in zip(end, expected) { #expect(abs(own - other) < 1e-9) }
        #expect(abs(end[2] - 2) < 0.6)
    }

    /// The constants of many sites of different levels stand against the spread that the column has there, not against that of one site.
    @Test(arguments: [UInt64(30), 60, 90])
    func manySitesThatWithholdLeaveTheSlopeToTheOneThatReleasesIt(seed: UInt64) throws {
        var random = RandomNumbers(seed: seed)
        let others = (0..<30).map { index in
            Self.rows(120, flagged: 3 + index % 7, level: random.normal(), seed: seed + UInt64(index) + 1)
        }
        let parts = [Self.rows(120, flagged: 20, level: 0, seed: seed)] + others
        let end = try Self.after(4, parts, from: Self.start(parts, slope: 2, experts: 1)).model.experts[0].coefficients
        #expect(abs(end[2] - 2) < 0.8)
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
