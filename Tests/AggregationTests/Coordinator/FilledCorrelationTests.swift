import Estimation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

import Aggregation

/// Correlations in the place of those that sites withhold.
@Suite struct FilledCorrelationTests {
    private static let design = Design(target: "y", expertFeatures: ["a", "b"], gateFeatures: ["a", "b"])

    /// A site of one expert whose covariates have correlation 0.8.
    private func site(_ name: String, rows: Int, seed: UInt64, withheld: Bool) -> Contribution {
        var random = RandomNumbers(seed: seed)
        var moments = Moments(count: 3)
        for _ in 0..<rows {
            let (u, v) = (random.normal(), random.normal())
            let (a, b) = (u, 0.8 * u + 0.6 * v)
            let y = 1 + 2 * a - b + 0.5 * random.normal()
            moments.merge(
                Moments(weight: 1, squaredWeight: 1, mean: [a, b, y], scatter: PackedSymmetric(size: 3)))
        }
        let (coefficients, variance) = moments.regression(on: [0, 1])
        let model = MixtureModel(
            design: Self.design, family: GaussianFamily(),
            ungated: [Expert(coefficients: coefficients, dispersion: variance)])
        var fitted = FittedMixture(model: model, moments: [moments], rowCount: rows, weight: Double(rows))
        if withheld { fitted.withholdCovariances(of: [0]) }
        return Contribution(name: name, fitted: fitted)
    }

    /// What is left without correlations still has the regression for its solution.
    @Test func slopesStandWithoutCorrelations() {
        let (whole, bare) = (
            site("s", rows: 40, seed: 1, withheld: false), site("s", rows: 40, seed: 1, withheld: true)
        )
        let moments = bare.fitted.moments[0]
        #expect(moments.scatter[1, 0] == 0)
        #expect(moments.mean == whole.fitted.moments[0].mean)
        let (coefficients, variance) = moments.regression(on: [0, 1])
        for (own, other) in zip(
            coefficients + [variance],
            whole.fitted.moments[0].regression(on: [0, 1]).coefficients + [whole.fitted.model.experts[0].dispersion])
        {
            #expect(abs(own - other) < 1e-9)
        }
    }

    @Test func pooledCorrelationsAreFilledIn() throws {
        let sites = [
            site("large", rows: 2000, seed: 2, withheld: false), site("small", rows: 25, seed: 3, withheld: true),
        ]
        let filled = sites.withCorrelationsFilledIn()
        #expect(filled[0].fitted == sites[0].fitted)
        let (pool, own) = (sites[0].fitted.moments[0].scatter, filled[1].fitted.moments[0].scatter)
        let correlation = pool[1, 0] / (pool[0, 0] * pool[1, 1]).squareRoot()
        #expect(abs(own[1, 0] / (own[0, 0] * own[1, 1]).squareRoot() - correlation) < 1e-12)
        #expect(abs(correlation - 0.8) < 0.03)
        let (coefficients, variance) = filled[1].fitted.moments[0].regression(on: [0, 1])
        let expert = sites[1].fitted.model.experts[0]
        for (value, other) in zip(coefficients + [variance], expert.coefficients + [expert.dispersion]) {
            #expect(abs(value - other) < 1e-9)
        }
    }

    /// What is pooled with them follows from what others released: the filled products are functions of these and of the site's own
    /// deviations and slopes.
    @Test func poolingDoesNotUndoIt() throws {
        let large = site("large", rows: 500, seed: 4, withheld: false)
        let small = site("small", rows: 25, seed: 5, withheld: true)
        let filled = [large, small].withCorrelationsFilledIn()[1].fitted.moments[0]
        var pooled = large.fitted.moments[0]
        pooled.merge(filled)
        // Global less own: what the other site can compute.
        let released = small.fitted.moments[0].scatter
        let correlation =
            large.fitted.moments[0].scatter[1, 0]
            / (large.fitted.moments[0].scatter[0, 0] * large.fitted.moments[0].scatter[1, 1]).squareRoot()
        #expect(abs(filled.scatter[1, 0] - correlation * (released[0, 0] * released[1, 1]).squareRoot()) < 1e-9)
    }

    @Test func withoutAnyReleasedCorrelationCovariatesStayUncorrelated() {
        let filled = [site("small", rows: 25, seed: 6, withheld: true)].withCorrelationsFilledIn()
        #expect(filled[0].fitted.moments[0].scatter[1, 0] == 0)
    }
}
