import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// What the weighted fit of experts to experts asks of a family, for every family.
@Suite struct FamilyBarycentreTests {
    private static let masses = [0.5, 0.2, 0.1, 0.2]

    private func total(_ one: FamilyCase, to predictors: [Double], _ dispersion: Double) -> Double {
        zip(one.points, Self.masses).reduce(0) {
            $0 + $1.1 * one.divergence($1.0, .init(predictors: predictors, dispersion: dispersion))
        }
    }

    private func meanStatistics(_ one: FamilyCase) -> [Double] {
        let all = one.points.map(one.expectedStatistics)
        return (0..<one.family.statisticCount).map { index in
            zip(all, Self.masses).reduce(0) { $0 + $1.1 * $1.0[index] }
        }
    }

    /// What is expected of T(Y), and its mean over observed responses, lead to one expert: that of the density itself.
    @Test(arguments: FamilyCase.all) func statisticsDetermineTheExpert(one: FamilyCase) {
        for point in one.points {
            let expected = one.family.constantExpert(statistics: one.expectedStatistics(point))
            let observed = one.family.constantExpert(
                statistics: (0..<one.family.statisticCount).map { index in
                    one.expectation(point) { one.family.statistics(of: $0)[index] }
                })
            for expert in [expected, observed] {
                #expect(difference(expert.coefficients, point.predictors) < 1e-8)
                #expect(difference(expert.dispersion, point.dispersion) < 1e-8)
            }
        }
    }

    @Test(arguments: FamilyCase.all) func samplesHaveTheExpectedStatistics(one: FamilyCase) {
        var random = RandomNumbers(seed: 8)
        let (point, count) = (one.points[0], 40_000.0)
        let samples = (0..<Int(count)).map { _ in
            one.family.statistics(of: one.family.sample(point.predictors, dispersion: point.dispersion, using: &random))
        }
        let means = (0..<one.family.statisticCount).map { index in samples.reduce(0) { $0 + $1[index] } / count }
        let (estimated, exact) = (
            one.family.constantExpert(statistics: means),
            one.family.constantExpert(statistics: one.expectedStatistics(point))
        )
        #expect(difference(estimated.coefficients, exact.coefficients) < 0.05)
        #expect(difference(estimated.dispersion, exact.dispersion) < 0.03)
    }

    @Test(arguments: FamilyCase.all) func constantExpertIsTheMaximum(one: FamilyCase) {
        let statistics = one.responses.map(one.family.statistics)
        let expert = one.family.constantExpert(
            statistics: (0..<one.family.statisticCount).map { index in
                statistics.reduce(0) { $0 + $1[index] } / Double(statistics.count)
            })
        func likelihood(_ predictors: [Double], _ dispersion: Double) -> Double {
            one.responses.reduce(0) { $0 + one.family.logDensity($1, predictors, dispersion) }
        }
        let best = likelihood(expert.coefficients, expert.dispersion)
        for step in [-0.3, -1e-3, 1e-3, 0.3] {
            for index in expert.coefficients.indices {
                var other = expert.coefficients
                other[index] += step
                #expect(likelihood(other, expert.dispersion) < best)
            }
            if one.family.hasDispersion, one.family.isExponential {
                #expect(likelihood(expert.coefficients, expert.dispersion * exp(step)) < best)
            }
        }
    }

    /// No share of a class, and no count, may lead to a coefficient that is not finite.
    @Test(arguments: FamilyCase.all) func equalResponsesGiveAFiniteExpert(one: FamilyCase) {
        for response in one.responses + [0] {
            let expert = one.family.constantExpert(statistics: one.family.statistics(of: response))
            #expect(expert.coefficients.allSatisfy { abs($0) < 1e3 } && expert.dispersion.isFinite)
        }
    }

    @Test(arguments: FamilyCase.all) func constantExpertIsTheBarycentre(one: FamilyCase) {
        let expert = one.family.constantExpert(statistics: meanStatistics(one))
        let least = total(one, to: expert.coefficients, expert.dispersion)
        for step in [-0.3, -1e-3, 1e-3, 0.3] {
            for index in expert.coefficients.indices {
                var other = expert.coefficients
                other[index] += step
                #expect(total(one, to: other, expert.dispersion) > least)
            }
            if one.family.hasDispersion, one.family.isExponential {
                #expect(total(one, to: expert.coefficients, expert.dispersion * exp(step)) > least)
            }
        }
    }

    /// At other predictors than the best ones too.
    @Test(arguments: FamilyCase.all) func dispersionIsTheMinimum(one: FamilyCase) {
        let statistics = one.points.map(one.expectedStatistics)
        let points = PointStatistics(
            masses: Self.masses,
            statistics: (0..<one.family.statisticCount).map { index in statistics.map { $0[index] } })
        for shift in [0, 0.4] {
            let predictors = one.points.indices.map { 0.5 * Double($0) + shift }
            let all = (0..<one.family.predictorCount).flatMap { _ in predictors }
            let best = all.withUnsafeBufferPointer {
                one.family.dispersion(for: points, predictors: LinearPredictors($0.baseAddress!, stride: 4))
            }
            guard one.family.hasDispersion else {
                #expect(best == 1)
                continue
            }
            func cost(_ dispersion: Double) -> Double {
                zip(zip(one.points, predictors), Self.masses).reduce(0) {
                    $0 + $1.1
                        * one.divergence($1.0.0, .init(predictors: [$1.0.1], dispersion: dispersion))
                }
            }
            for factor in [0.7, 0.999, 1.001, 1.4] { #expect(cost(best * factor) > cost(best)) }
        }
    }

    /// A fit to representatives and a fit to divergences move the coefficients alike.
    @Test(arguments: FamilyCase.all) func representativesStandForDivergences(one: FamilyCase) {
        let (from, to) = (one.points[1].predictors, one.points[0].predictors)
        let dispersion = one.points[0].dispersion
        let representatives = one.family.representatives(statistics: meanStatistics(one))
        #expect(difference(representatives.reduce(0) { $0 + $1.share }, 1) < 1e-14)
        let gain = representatives.reduce(0) {
            $0 + $1.share
                * (one.family.logDensity($1.response, to, dispersion)
                    - one.family.logDensity($1.response, from, dispersion))
        }
        #expect(difference(gain, total(one, to: from, dispersion) - total(one, to: to, dispersion)) < 1e-12)
    }
}
