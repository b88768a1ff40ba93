import Aggregation
import Foundation
import Numerics
import TestSupport
import Testing

/// One number over sites.
@Suite struct RandomEffectsTests {
    /// Thirteen trials of the BCG vaccine: cases and others of the vaccinated, then of the rest.
    ///
    /// Colditz and others 1994, Journal of the American Medical Association 271, 698-702.
    private static let trials: [[Double]] = [
        [4, 119, 11, 128], [6, 300, 29, 274], [3, 228, 11, 209], [62, 13536, 248, 12619], [33, 5036, 47, 5761],
        [180, 1361, 372, 1079], [8, 2537, 10, 619], [505, 87886, 499, 87892], [29, 7470, 45, 7232],
        [17, 1699, 65, 1600], [186, 50448, 141, 27197], [5, 2493, 3, 2338], [27, 16886, 29, 17825],
    ]

    private static var vaccine: (values: [Double], variances: [Double]) {
        (
            trials.map { log($0[0] / ($0[0] + $0[1])) - log($0[2] / ($0[2] + $0[3])) },
            trials.map { 1 / $0[0] - 1 / ($0[0] + $0[1]) + 1 / $0[2] - 1 / ($0[2] + $0[3]) }
        )
    }

    /// Figures of the R package metafor for its `dat.bcg` (Viechtbauer 2010, Journal of Statistical Software 36 (3)): `rma(yi, vi)`, its
    /// `confint`; the error is not less than its 0.1798.
    @Test func vaccineTrials() throws {
        let (values, variances) = Self.vaccine
        let effects = try #require(RandomEffects(values, variances: variances))
        #expect(abs(effects.mean - -0.7145) < 5e-5)
        #expect(abs(effects.deviation * effects.deviation - 0.3132) < 5e-5)
        #expect(abs(effects.statistic - 152.2330) < 5e-5)
        let (low, high) = (effects.deviationInterval.lowerBound, effects.deviationInterval.upperBound)
        #expect(abs(low * low - 0.1197) < 5e-5 && abs(high * high - 1.1115) < 5e-5)
        #expect(effects.standardError >= 0.1797 && effects.standardError < 0.182)
    }

    @Test func equalNumbersHaveNoSpread() throws {
        let effects = try #require(RandomEffects([2, 2, 2], variances: [1, 4, 9]))
        #expect(effects.deviation == 0 && effects.statistic == 0 && effects.share == 0 && effects.mean == 2)
        // The modification: not less than the error of equal sites.
        #expect(difference(effects.standardError, (1 / (1 + 0.25 + 1 / 9)).squareRoot()) < 1e-14)
    }

    @Test(arguments: [1e-12, 1, 1e12]) func unitsDoNotMatter(unit: Double) throws {
        let (values, variances) = Self.vaccine
        let plain = try #require(RandomEffects(values, variances: variances))
        let scaled = try #require(
            RandomEffects(values.map { unit * $0 }, variances: variances.map { unit * unit * $0 }))
        #expect(abs(scaled.deviation / unit - plain.deviation) < 1e-6)
        #expect(abs(scaled.mean / unit - plain.mean) < 1e-9)
        #expect(abs(scaled.statistic - plain.statistic) < 1e-9 * plain.statistic)
    }

    @Test func nothingIsSaidOfOneSite() {
        #expect(RandomEffects([1], variances: [1]) == nil)
        #expect(RandomEffects([1, 2], variances: [1, 0]) == nil)
        #expect(RandomEffects([1, .nan], variances: [1, 1]) == nil)
        #expect(RandomEffects([1, 2, 3, 4], variances: [1, 1, 1, 1])?.predictionInterval == nil)
        #expect(RandomEffects([1, 2, 3, 4, 5], variances: [1, 1, 1, 1, 1])?.predictionInterval != nil)
    }

    /// Of numbers of a known spread the intervals hold what they promise.
    @Test(arguments: [0.0, 0.5]) func intervalsHold(tau: Double) throws {
        var random = RandomNumbers(seed: 7)
        var (mean, spread, next) = (0, 0, 0)
        let studies = 400
        for _ in 0..<studies {
            let variances = (0..<8).map { _ in 0.02 + 0.1 * random.uniform() }
            let values = variances.map { tau * random.normal() + $0.squareRoot() * random.normal() }
            let effects = try #require(RandomEffects(values, variances: variances))
            let reach = SpecialFunctions.studentQuantile(tail: 0.025, degrees: 7) * effects.standardError
            if abs(effects.mean) < reach { mean += 1 }
            if effects.deviationInterval.contains(tau) { spread += 1 }
            if try #require(effects.predictionInterval).contains(tau * random.normal()) { next += 1 }
        }
        // 95 % less three standard errors.
        let least = Int(Double(studies) * (0.95 - 3 * (0.95 * 0.05 / Double(studies)).squareRoot()))
        #expect(mean >= least && spread >= least)
        // Of few sites it is known to hold less than it says (Partlett & Riley 2017, Statistics in Medicine 36, 301-317).
        #expect(next >= 85 * studies / 100)
    }
}
