import Estimation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// What stands in a global model for the statistics of experts of few sites.
@Suite struct SiteRuleTests {
    private static func part(_ rows: Double) -> SiteRule.Part {
        SiteRule.Part([Moments(weight: rows, squaredWeight: rows, mean: [0], scatter: PackedSymmetric(size: 1))])
    }

    private static func fitted(_ model: MixtureModel, _ rows: ShardRows) -> FittedMixture {
        let statistics = model.statistics(of: rows, level: .expectationMaximization)
        return FittedMixture(
            model: model, moments: statistics.expertMoments,
            information: model.family is any ClosedFormFamily
                ? []
                : model.experts.indices.map { statistics.expertInformation($0, model.design.expertPositions) },
            rowCount: rows.rowCount, weight: rows.totalWeight)
    }

    private static func withheld(_ fitted: FittedMixture, _ experts: Set<Int>) -> FittedMixture {
        var result = fitted
        result.withholdStatistics(of: experts)
        return result
    }

    @Test func threeSitesOfTenRowsAndNoneWithNearlyAll() {
        let cases: [(rows: [Double], leastSites: Int, isAllowed: Bool)] = [
            ([100, 100, 100], 3, true), ([100, 100], 3, false), ([100, 100], 2, true), ([100, 100, 9.9], 3, false),
            ([170, 15, 15], 3, true), ([171, 15, 14], 3, false), ([100, 0, 50, 50], 3, true), ([], 2, false),
            ([12, 11, 10], 4, false),
        ]
        for (rows, leastSites, isAllowed) in cases {
            #expect(SiteRule(leastSites: leastSites).allows(rows.map(Self.part)) == isAllowed, "\(rows)")
        }
    }

    /// Its number of rows, which is left of the others' in that of all, stays.
    @Test(arguments: FamilyModel.all) func nothingOfTheStatisticsIsLeft(_ family: FamilyModel) {
        var one = Self.fitted(family.model, family.rows(300, seed: 1))
        let own = one.moments[1]
        let before = one
        one.moments[1] = Moments(
            weight: own.weight, squaredWeight: own.squaredWeight, mean: own.mean.map { $0 + 0.7 },
            scatter: 1.3 * own.scatter)
        if !one.information.isEmpty { one.information[1] = 2 * one.information[1] }
        #expect(one != before)
        let found = Self.withheld(one, [1])
        #expect(found == Self.withheld(before, [1]))
        #expect(found.moments[1].weight == own.weight && found.moments[0] == before.moments[0])
        #expect(found.model == before.model && found.withheldStatistics == [1])
    }

    @Test(arguments: FamilyModel.all) func whatStandsForThemIsPossible(_ family: FamilyModel) throws {
        let before = Self.fitted(family.model, family.rows(400, seed: 2))
        let found = Self.withheld(before, [1])
        let (other, own) = (before.moments[0], found.moments[1])
        let columns = Array(family.model.design.covariates.indices)
        #expect(difference(Array(own.mean.prefix(2)), Array(other.mean.prefix(2))) < 1e-12)
        #expect(difference(own.covariance(of: columns).storage, other.covariance(of: columns).storage) < 1e-12)
        #expect(Cholesky(own.covariance(of: columns + [columns.count])) != nil)
        guard found.information.isEmpty else {
            #expect(Cholesky(found.information[1].matrix()) != nil)
            return
        }
        let fit = own.regression(on: columns)
        #expect(difference(fit.coefficients, family.model.experts[1].coefficients) < 1e-10)
        #expect(abs(fit.residualVariance - family.model.experts[1].dispersion) < 1e-10)
    }

    /// Where no expert has enough sites units are left: what one site does to them is nothing, or half a deviation.
    @Test func unitsOfAllRowsAreCoarse() {
        let family = FamilyModel.gaussian
        let moments = Self.withheld(Self.fitted(family.model, family.rows(500, seed: 3)), [0, 1]).moments
        for expert in moments {
            for column in family.model.design.covariates.indices {
                let deviation = (expert.scatter[column, column] / expert.weight).squareRoot()
                #expect(abs(deviation - 1) < 1e-12)
                #expect(abs(expert.mean[column] / 0.5 - (expert.mean[column] / 0.5).rounded()) < 1e-12)
            }
        }
    }

    /// Errors of intercepts are those at the mean of the covariates, wherever that is taken to be.
    @Test func errorsAreThoseOfTheSameEstimates() throws {
        let family = FamilyModel.gaussian
        var before = Self.fitted(family.model, family.rows(500, seed: 4))
        let gate = Matrix(columns: [[0.4, 0.1, 0], [0.1, 0.2, 0.05], [0, 0.05, 0.3]])
        var expert = Matrix.identity(4)
        for row in 0..<3 { for column in 0..<3 { expert[row, column] = gate[row, column] } }
        let errors = ParameterCovariance(expert)
        before.errors = ParameterUncertainty(
            source: .observed, experts: [errors, errors], gate: ParameterCovariance(gate))
        let found = Self.withheld(before, [0, 1])
        #expect(difference(found.center, before.center) > 0.01)
        func atZero(_ fitted: FittedMixture) -> [Double] {
            let errors = fitted.errors?.shifted(by: fitted.center.map { -$0 }, of: fitted.model)
            return (errors?.gate.standardErrors ?? []) + (errors?.experts[0].standardErrors ?? [])
        }
        #expect(difference(atZero(found), atZero(before)) < 1e-5)
    }
}
