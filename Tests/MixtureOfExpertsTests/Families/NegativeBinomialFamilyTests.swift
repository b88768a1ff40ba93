import Foundation
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// The negative binomial where formulas of textbooks lose digits, and beside Poisson, its limit.
@Suite struct NegativeBinomialFamilyTests {
    private let family = NegativeBinomialFamily()

    /// log φ and its derivatives ∂η, ∂²η, ∂s, ∂²s, ∂η∂s, s = log α.
    struct Value: Sendable {
        var response: Double
        var predictor: Double
        var dispersion: Double
        var logDensity: Double
        var derivatives: [Double]

        init(_ arguments: [Double], _ logDensity: Double, _ derivatives: [Double]) {
            (response, predictor, dispersion) = (arguments[0], arguments[1], arguments[2])
            self.logDensity = logDensity
            self.derivatives = derivatives
        }
    }

    /// In 60 digits (mpmath 1.3: `loggamma`, and `diff` of it), rounded.
    private static let values: [Value] = [
        Value(
            [0, 0.5, 0.7], -1.096250389660316,
            [
                -0.76538578912487697, -0.35531500478885955, 0.33086460053543907, 0.079206183800578344,
                0.41007078433601742,
            ]),
        Value(
            [3, 1.0, 1e-08], -1.5100413122902744,
            [
                0.28171816388306111, -2.7182817622263797, -1.4603173981437082e-8, -1.4603173603756068e-8,
                -7.6578934481385972e-9,
            ]),
        Value(
            [3, 1.0, 0.001], -1.5114997301468367,
            [
                0.28095445814276074, -2.7116744464846633, -0.0014565509055739764, -0.0014527946273338692,
                -0.00076164303776469585,
            ]),
        Value(
            [40, 3.0, 0.05], -6.6729852107079962,
            [9.9359842004724236, -14.999931699623514, 1.532368826991625, -0.33943745348475714, -4.9785930997809887]),
        Value(
            [7, -2.0, 25.0], -6.9396805501725499,
            [1.5660657889375549, -1.2396670221199965, 0.52949132165071775, -1.1435850655706573, -1.2087923959207781]),
        Value(
            [1000, 6.5, 1e-07], -77.264255459187599,
            [334.83609561289434, -665.1196645091235, 0.00555564041317542, 0.0055547746323493092, -0.02226986148261244]),
        Value(
            [1000, 6.5, 0.3], -7.5688429537939674,
            [1.6697626876997105, -4.9781482106054592, -0.20697349500460832, -0.33939387361164362, -1.6614364587373518]),
        Value(
            [1000000, 13.0, 2.0], -15.456858567123722,
            [
                0.63016399130142678, -1.1301627140314182, -0.41277214532943776, -0.32092800770014969,
                -0.63016327911313129,
            ]),
        Value(
            [12.5, 2.0, 0.4], -3.4342415312974686,
            [1.2920707117896772, -2.8334173595754725, -0.19805941760060045, -0.24118285236019813, -0.96542914487375215]),
        Value(
            [300, 5.0, 1e-05], -63.20584205482294,
            [151.36219947549467, -148.41752938048975, 0.11294159691043132, 0.11249172899763841, -0.2243085185701791]),
    ]

    @Test(arguments: values) func derivativesInManyDigits(value: Value) {
        let found = family.derivatives(value.response, [value.predictor], value.dispersion)
        let rounding = 4e-15 * value.response * (1 + abs(value.predictor))
        #expect(abs(found.logDensity - value.logDensity) < 1e-12 * (1 + abs(value.logDensity)) + rounding)
        let mean = exp(value.predictor)
        // Of the sums that cancel in them.
        let size = 1e-15 * (mean + value.response + 1)
        let all = [found.firsts[0], found.seconds[0]] + [0, 2, 1].map { found.dispersion[$0] }
        for (own, exact) in zip(all, value.derivatives) { #expect(abs(own - exact) < 1e-11 * abs(exact) + size) }
    }

    /// log φ - log φ_Poisson = ½ α ((y - μ)² - y) + O(α²).
    @Test(arguments: [1e-12, 1e-8, 1e-6], [0, 1, 4, 30, 255, 256, 1000.5, 3000] as [Double])
    func dispersionGoesToPoisson(dispersion: Double, response: Double) {
        for mean in [0.01, 1, 20, 900] {
            let predictor = log(mean)
            let own = family.logDensity(response, [predictor], dispersion)
            let poisson = PoissonFamily().logDensity(response, [predictor])
            let square = (response - mean) * (response - mean)
            let expected = 0.5 * dispersion * (square - response)
            let third = dispersion * dispersion * pow(response + mean, 3)
            #expect(abs(own - poisson - expected) < third + 1e-13 * (abs(poisson) + response * abs(predictor) + mean))
        }
    }

    /// Across the end of the table, and between whole numbers, log φ is one function.
    @Test(arguments: [1e-8, 1e-3, 0.5, 40]) func tableAndSeriesAgree(dispersion: Double) {
        func products(_ response: Double) -> Double {
            family.logDensity(response, [0], dispersion) - PoissonFamily().logDensity(response, [0])
        }
        for response in [3.0, 100, 255, 256, 257] {
            // By the recurrence Γ(y + 1 + 1/α) = (y + 1/α) Γ(y + 1/α).
            let step = log1p(dispersion * response) - log1p(dispersion)
            #expect(abs(products(response + 1) - products(response) - step) < 1e-11)
            let curve = products(response + 1e-5) - 2 * products(response) + products(response - 1e-5)
            #expect(abs(curve) < 1e-9)
        }
    }

    /// By the sum over counts, for means and dispersions of every size.
    @Test(arguments: [
        (0.02, 1e-8), (0.02, 5), (1, 1e-5), (1, 0.6), (1, 5), (30, 1e-8), (30, 0.01), (30, 0.6), (2000, 1e-5),
        (2000, 0.01),
    ]) func divergenceIsTheSum(mean: Double, dispersion: Double) {
        let end = mean + 12 * (mean + dispersion * mean * mean).squareRoot() + 40 * (1 + dispersion * mean)
        for (other, target) in [(mean, 0.3), (mean, 2e-5), (1.5 * mean, 0.02), (0.8 * mean, 3)] {
            var (sum, count) = (0.0, 0.0)
            while count < end {
                let own = family.logDensity(count, [log(mean)], dispersion)
                sum += exp(own) * (own - family.logDensity(count, [log(other)], target))
                count += 1
            }
            let found = family.divergence([log(mean)], dispersion, to: [log(other)], target)
            #expect(abs(found - sum) < 2e-8 * max(abs(sum), 1e-3) + 1e-12 * mean, "\(other) \(target)")
        }
    }

    /// By the table, within it and beyond both of its ends.
    @Test(arguments: [1e-8, 1e-3, 0.4, 6], [1e-8, 0.05, 2]) func tabulatedDivergence(from: Double, to: Double) throws {
        let prepared = try #require(family.preparedDivergence(from: from, to: to))
        for predictor in [-12, -6.1, -5.9, -1.13, 0, 0.7, 2.49, 5.01, 9.98, 10.3, 13] {
            for other in [predictor, predictor + 0.3] {
                let exact = family.divergence([predictor], from, to: [other], to)
                var found = -1.0
                [predictor, other].withUnsafeBufferPointer {
                    guard let first = $0.baseAddress else { return }
                    prepared.write(
                        from: LinearPredictors(first, stride: 1), to: LinearPredictors(first + 1, stride: 1), count: 1,
                        into: &found)
                }
                // Below the table it is taken for a square in the mean.
                let tolerance = predictor < -6 ? 0.02 : 2e-5
                #expect(abs(found - exact) < tolerance * exact + 1e-10 * exp(predictor), "\(predictor) \(other)")
            }
        }
    }

    /// Where the dispersion of one of two has left the range of numbers, as at the limit to Poisson's law, the divergence is that of the limit.
    @Test(arguments: [0, 1e-300], [0.05, 2]) func divergenceAtTheLimit(dispersion: Double, other: Double) throws {
        func divergence(_ from: Double, _ to: Double) throws -> Double {
            let prepared = try #require(family.preparedDivergence(from: from, to: to))
            var found = Double.nan
            [0.7, 0.7].withUnsafeBufferPointer {
                guard let first = $0.baseAddress else { return }
                prepared.write(
                    from: LinearPredictors(first, stride: 1), to: LinearPredictors(first + 1, stride: 1), count: 1,
                    into: &found)
            }
            return found
        }
        for (found, near) in [
            (try divergence(dispersion, other), try divergence(1e-10, other)),
            (try divergence(other, dispersion), try divergence(other, 1e-10)),
        ] {
            #expect(near > 0 && abs(found - near) < 1e-4 * near)
        }
    }

    /// Of one member of the family at all points it is that member's, whatever its size.
    @Test(arguments: [1e-6, 1e-3, 0.2, 1, 30], [0.3, 5, 400]) func dispersionOfAMemberIsItsOwn(
        dispersion: Double, scale: Double
    ) {
        let means = [0.2, 1, 3].map { scale * $0 }
        let points = PointStatistics(
            masses: [1, 0.5, 2], statistics: [means, means.map { (1 + dispersion) * $0 * $0 }])
        let found = means.map { log($0) }.withUnsafeBufferPointer {
            family.dispersion(for: points, predictors: LinearPredictors($0.baseAddress!, stride: 3))
        }
        #expect(abs(found - dispersion) < 1e-7 * dispersion + 1e-9)
    }

    /// Counts that vary less than those of Poisson.
    @Test func dispersionOfUnderdispersionIsTheLeast() {
        let points = PointStatistics(masses: [1, 1], statistics: [[2, 5], [3, 21]])
        let found = [log(2), log(5)].withUnsafeBufferPointer {
            family.dispersion(for: points, predictors: LinearPredictors($0.baseAddress!, stride: 2))
        }
        #expect(found == family.dispersionFloor(0.1))
    }

    @Test(arguments: [1e-12, 1e-8, 1e-4, 0.7, 20], [0.1, 4, 300]) func distributionIsTheSum(
        dispersion: Double, mean: Double
    ) {
        var (sum, count) = (0.0, 0.0)
        while count < 3 * mean + 5 {
            sum += exp(family.logDensity(count, [log(mean)], dispersion))
            let found = family.cumulativeProbability(count, [log(mean)], dispersion: dispersion)
            // Where α is small the incomplete beta function knows its argument to 1e-16 / α.
            #expect(abs(found - sum) < 2e-9)
            count += 1
        }
    }
}
