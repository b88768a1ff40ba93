import MixtureOfExperts
import Numerics
import TestSupport
import Testing

import Estimation

/// Rows that make up most of a column, and models with too many parameters.
@Suite struct DominanceTests {
    private let rules = DisclosureRules(minimumRows: 10)

    private func fit(_ x: [Double], _ z: [Double], _ y: [Double], experts: Int = 1, rules: DisclosureRules?) throws
        -> LocalModel
    {
        var options = FitOptions(expertCount: experts, starts: 2)
        options.rules = rules
        let design = Design(target: "y", expertFeatures: ["x", "z"], gateFeatures: ["x", "z"])
        return try LocalFit(design: design, options: options).fit(
            ShardRows(covariates: Matrix(columns: [x, z]), responses: y, weights: nil))
    }

    private func rows(_ count: Int, seed: UInt64) -> (x: [Double], z: [Double], y: [Double]) {
        var random = RandomNumbers(seed: seed)
        let x = (0..<count).map { _ in random.normal() }
        let z = (0..<count).map { _ in random.normal() }
        return (x, z, (0..<count).map { x[$0] - z[$0] + random.normal() })
    }

    /// How far out a row lies does not matter: the files are the same, to the last bit.
    @Test(arguments: [1.0, -1]) func extremeRowsAreNotDisclosed(sign: Double) throws {
        let (x, z, y) = rows(100, seed: 1)
        let fits = try [50.0, 5000].map { value in
            var own = x
            own[3] = sign * value
            return try fit(own, z, y, rules: rules)
        }
        #expect(fits[0].fitted == fits[1].fitted)
        #expect(fits[0].report.warnings.contains(.topCoded(column: "x")))
        let figures = try #require(fits[0].report.disclosure)
        #expect(figures.largestShare < rules.largestShare && figures.twoLargestShares < rules.twoLargestShares)
    }

    @Test func bothEndsAreBounded() throws {
        var (x, z, y) = rows(100, seed: 2)
        (x[3], x[4]) = (300, -300)
        let bounded = try fit(x, z, y, rules: rules)
        #expect(bounded.fitted.moments[0].scatter[0, 0] < 500)
        let exact = try fit(x, z, y, rules: nil)
        #expect(exact.fitted.moments[0].scatter[0, 0] > 100_000)
    }

    /// Where no row dominates the rules change nothing.
    @Test func ordinaryRowsAreLeftAlone() throws {
        let (x, z, y) = rows(200, seed: 3)
        let (with, without) = (try fit(x, z, y, rules: rules), try fit(x, z, y, rules: nil))
        #expect(with.fitted == without.fitted)
        #expect(with.report.warnings == without.report.warnings)
        #expect(with.report.disclosure?.parameters == 4)
        #expect(with.report.disclosure?.residualDegreesOfFreedom == 196)
    }

    /// Effective rows of ten more than columns: 3 columns need 13.
    @Test(arguments: [12, 13]) func covariancesNeedRows(count: Int) throws {
        let (x, z, y) = rows(count, seed: 4)
        let local = try fit(x, z, y, rules: rules)
        #expect(local.fitted.withheldCovariances.isEmpty == (count >= 13))
        #expect((local.fitted.moments[0].scatter[1, 0] == 0) == (count < 13))
        #expect((local.fitted.errors?.experts[0].correlations == nil) == (count < 13))
    }

    /// Whatever fits come to, what is kept is below the bound; the fewest experts are one without slopes.
    @Test func expertsAreFewerUntilTheBoundIsKept() throws {
        let (x, z, y) = rows(30, seed: 5)
        let fitted = try fit(x, z, y, rules: rules)
        var asked = [Int]()
        let local = try SaturationRule(rules).fit(30, experts: 3) { most throws(EstimationError) in
            asked.append(most)
            var local = fitted
            local.report.freeParameters = most == 0 ? 2 : 18
            return local
        }
        #expect(asked == [3, 0])
        #expect(local.parametersPerRow <= rules.parametersPerRow)
        #expect(
            local.report.warnings.contains {
                if case .saturated(_, local.model.expertCount, _, 30, 0.33) = $0 { true } else { false }
            })
    }
}
