import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// The laws of ``ExpertFamily``, for every family.
@Suite struct FamilyContractTests {
    @Test(arguments: FamilyCase.all) func densityIsOne(one: FamilyCase) {
        for point in one.points { #expect(difference(one.expectation(point) { _ in 1 }, 1) < 1e-9) }
    }

    @Test(arguments: FamilyCase.all) func derivativesEqualFiniteDifferences(one: FamilyCase) {
        let count = one.family.predictorCount
        for (point, response) in one.points.flatMap({ point in one.responses.map { (point, $0) } }) {
            // The log dispersion comes last.
            func value(_ moves: [(Int, Double)]) -> Double {
                var moved = point
                for (index, step) in moves {
                    if index < count { moved.predictors[index] += step } else { moved.dispersion *= exp(step) }
                }
                return one.family.logDensity(response, moved.predictors, moved.dispersion)
            }
            let step = 1e-3
            func first(_ a: Int) -> Double {
                (8 * (value([(a, step)]) - value([(a, -step)])) - value([(a, 2 * step)]) + value([(a, -2 * step)]))
                    / (12 * step)
            }
            func second(_ a: Int, _ b: Int) -> Double {
                func mixed(_ step: Double) -> Double {
                    (value([(a, step), (b, step)]) - value([(a, step), (b, -step)]) - value([(a, -step), (b, step)])
                        + value([(a, -step), (b, -step)])) / (4 * step * step)
                }
                return (4 * mixed(step) - mixed(2 * step)) / 3
            }
            let derivatives = one.family.derivatives(response, point.predictors, point.dispersion)
            #expect(difference(derivatives.firsts, (0..<count).map(first)) < 1e-8)
            let seconds = (0..<count).flatMap { a in (0...a).map { second(a, $0) } }
            #expect(difference(derivatives.seconds, seconds) < 1e-6)
            guard one.family.hasDispersion else { continue }
            #expect(
                difference(derivatives.dispersion, [first(count), second(0, count), second(count, count)]) < 1e-6)
        }
    }

    @Test(arguments: FamilyCase.all) func derivativesComeWithTheDensity(one: FamilyCase) {
        for (point, response) in one.points.flatMap({ point in one.responses.map { (point, $0) } }) {
            let alone = one.family.logDensity(response, point.predictors, point.dispersion)
            let together = one.family.derivatives(response, point.predictors, point.dispersion).logDensity
            #expect(difference(together, alone) < 1e-14)
        }
    }

    @Test(arguments: FamilyCase.all) func secondDerivativesAreConcave(one: FamilyCase) {
        var random = RandomNumbers(seed: 1)
        let count = one.family.predictorCount
        for (point, response) in one.points.flatMap({ point in one.responses.map { (point, $0) } }) {
            let seconds = PackedSymmetric(
                size: count, storage: one.family.derivatives(response, point.predictors, point.dispersion).seconds)
            let direction = RandomData.vector(count, using: &random)
            #expect(dot(direction, seconds * direction) < 0)
        }
    }

    @Test(arguments: FamilyCase.all) func divergenceIsTheExpectationOfTheDifference(one: FamilyCase) {
        for from in one.points {
            for to in one.points {
                let expected = one.expectation(from) {
                    one.family.logDensity($0, from.predictors, from.dispersion)
                        - one.family.logDensity($0, to.predictors, to.dispersion)
                }
                #expect(difference(one.divergence(from, to), expected) < 1e-8)
            }
        }
    }

    @Test(arguments: FamilyCase.all) func divergenceVanishesOnlyForEquals(one: FamilyCase) {
        for point in one.points {
            #expect(abs(one.divergence(point, point)) < 1e-14)
            for index in point.predictors.indices {
                var other = point
                other.predictors[index] += 1e-3
                #expect(one.divergence(point, other) > 1e-9)
            }
            for factor in [1.01, 0.99] where one.family.hasDispersion {
                #expect(
                    one.divergence(point, .init(predictors: point.predictors, dispersion: factor * point.dispersion))
                        > 1e-6)
            }
        }
    }

    @Test(arguments: FamilyCase.all) func momentsAreThoseOfTheDensity(one: FamilyCase) {
        for point in one.points {
            let mean = one.expectation(point) { $0 }
            let variance = one.expectation(point) { ($0 - mean) * ($0 - mean) }
            #expect(difference(one.family.mean(point.predictors), mean) < 1e-9)
            #expect(difference(one.family.variance(point.predictors, dispersion: point.dispersion), variance) < 1e-9)
        }
    }

    @Test(arguments: FamilyCase.all) func distributionIsTheIntegralOfTheDensity(one: FamilyCase) {
        for point in one.points {
            for response in one.responses {
                let value = one.family.cumulativeProbability(
                    response, point.predictors, dispersion: point.dispersion)
                #expect(difference(value, one.expectation(point, upTo: response) { _ in 1 }) < 1e-9)
            }
            let below = one.family.cumulativeProbability(-1e6, point.predictors, dispersion: point.dispersion)
            #expect(below < 1e-300)
        }
    }

    /// Mean and variance by their standard errors, and the greatest distance of the distribution functions by Kolmogorov's bound.
    @Test(arguments: FamilyCase.all) func samplesFollowTheDistribution(one: FamilyCase) {
        let count = 20_000.0
        for (index, point) in one.points.enumerated() {
            var random = RandomNumbers(seed: 5).split(index)
            let values = (0..<Int(count)).map { _ in
                one.family.sample(point.predictors, dispersion: point.dispersion, using: &random)
            }.sorted()
            let mean = values.reduce(0, +) / count
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
            let deviation = one.deviation(point)
            let fourth = one.expectation(point) { pow($0 - one.family.mean(point.predictors), 4) }
            #expect(abs(mean - one.family.mean(point.predictors)) < 4 * deviation / count.squareRoot())
            #expect(abs(variance - deviation * deviation) < 4 * (fourth / count).squareRoot())
            var distance = 0.0
            for (rank, value) in values.enumerated() where rank + 1 == values.count || values[rank + 1] > value {
                let probability = one.family.cumulativeProbability(
                    value, point.predictors, dispersion: point.dispersion)
                distance = max(distance, abs(probability - Double(rank + 1) / count))
            }
            #expect(distance < 2.2 / count.squareRoot())
        }
    }

    // MARK: Rows

    /// As many rows as there are, wherever they begin, each as if it were alone.
    @Test(arguments: FamilyCase.all) func rowsDoNotDependOnTheirNeighbours(one: FamilyCase) {
        let count = one.family.predictorCount
        var random = RandomNumbers(seed: 3)
        for rows in [1, 7, 8, 13, 64, 77] {
            let stride = rows + 3
            // One element in, so that nothing is aligned.
            let predictors = RandomData.vector(stride * count + 1, using: &random)
            let responses = [0] + (0..<rows).map { one.responses[$0 % one.responses.count] }
            var densities = [Double](repeating: 0, count: rows + 1)
            var statistics = [Double](repeating: 0, count: one.family.statisticCount * stride)
            var divergences = [Double](repeating: 0, count: rows)
            let dispersion = one.points[0].dispersion
            predictors.withUnsafeBufferPointer { predictors in
                let block = LinearPredictors(predictors.baseAddress! + 1, stride: stride)
                responses.withUnsafeBufferPointer { responses in
                    densities.withUnsafeMutableBufferPointer {
                        one.family.logDensity(
                            responses: responses.baseAddress! + 1, predictors: block, dispersion: dispersion,
                            count: rows, into: $0.baseAddress! + 1)
                    }
                }
                one.family.expectedStatistics(
                    predictors: block, dispersion: dispersion, count: rows, into: &statistics, stride: stride)
                one.family.divergences(
                    from: block, fromDispersion: dispersion,
                    to: LinearPredictors(predictors.baseAddress!, stride: stride),
                    toDispersion: dispersion, count: rows, into: &divergences)
            }
            for row in 0..<rows {
                let own = (0..<count).map { predictors[1 + $0 * stride + row] }
                let other = (0..<count).map { predictors[$0 * stride + row] }
                #expect(densities[row + 1] == one.family.logDensity(responses[row + 1], own, dispersion))
                #expect(divergences[row] == one.family.divergence(own, dispersion, to: other, dispersion))
                let expected = one.family.expectedStatistics(own, dispersion)
                #expect(expected == (0..<one.family.statisticCount).map { statistics[$0 * stride + row] })
            }
        }
    }

    /// Far beyond what any model holds, nothing is infinite.
    @Test(arguments: FamilyCase.all, [-1000.0, -300, 300, 1000]) func farPredictorsStayFinite(
        one: FamilyCase, predictor: Double
    ) {
        let count = one.family.predictorCount
        for (index, dispersion) in (0..<count).flatMap({ index in [1e-5, 1.0].map { (index, $0) } }) {
            var far = [Double](repeating: 0, count: count)
            far[index] = predictor
            let near = [Double](repeating: 0.5, count: count)
            for response in one.responses + [0] {
                let derivatives = one.family.derivatives(response, far, dispersion)
                let values =
                    [one.family.logDensity(response, far, dispersion)] + derivatives.firsts
                    + derivatives.seconds + derivatives.dispersion
                #expect(values.allSatisfy { abs($0) < 1e150 })
            }
            let values =
                one.family.expectedStatistics(far, dispersion) + [
                    one.family.divergence(far, dispersion, to: near, dispersion),
                    one.family.divergence(near, dispersion, to: far, dispersion),
                ]
            #expect(values.allSatisfy { abs($0) < 1e150 })
            #expect(values.suffix(2).allSatisfy { $0 > 0 })
        }
    }
}
