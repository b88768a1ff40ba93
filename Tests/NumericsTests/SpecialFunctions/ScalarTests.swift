import Foundation
import Numerics
import TestSupport
import Testing

@Suite struct ScalarTests {
    @Test func logSumExpEqualsTheFormulaWhereThatWorks() {
        let values = [0.3, -1.2, 2.5, 0]
        #expect(difference(Scalar.logSumExp(values), log(values.map { exp($0) }.reduce(0, +))) < 1e-15)
    }

    @Test(arguments: [1000.0, -1000]) func logSumExpFarOut(value: Double) {
        #expect(difference(Scalar.logSumExp([value, value]), value + log(2)) < 1e-15)
        #expect(Scalar.logSumExp([value, value - 800]) == value)
    }

    @Test func logSumExpOfImpossibleEvents() {
        #expect(Scalar.logSumExp([-.infinity, -.infinity]) == -.infinity)
        #expect(Scalar.logSumExp([-.infinity, 3]) == 3)
        #expect(Scalar.logSumExp([Double]()) == -.infinity)
    }

    @Test func softmax() {
        var values = [1000.0, 1000 + log(3), -1000]
        let logSum = Scalar.softmax(&values)
        #expect(difference(values, [0.25, 0.75, 0]) < 1e-13)
        #expect(difference(logSum, 1000 + log(4)) < 1e-15)
    }

    /// Values of Φ(z) = erfc(-z/√2)/2 in 40 digits (mpmath 1.4, `ncdf`).
    @Test(arguments: [
        (-37.0, 5.7255712225245768e-300), (-20, 2.7536241186062337e-89), (-10, 7.6198530241605261e-24),
        (-5, 2.8665157187919391e-7), (-1, 0.15865525393145705), (0, 0.5), (0.5, 0.69146246127401310),
        (3, 0.99865010196836991),
    ])
    func normalDistribution(z: Double, expected: Double) {
        // Rounding of z/√2 is magnified by z² in the tail.
        #expect(relativeError(Scalar.normalDistribution(z), expected) < 4e-16 * max(1, z * z))
    }

    @Test func normalDensityIsTheDerivative() {
        #expect(difference(Scalar.normalDensity(0), 1 / (2 * Double.pi).squareRoot()) < 1e-15)
        for z in [-3.0, -0.7, 0, 1.9] {
            let step = 1e-5
            let slope = (Scalar.normalDistribution(z + step) - Scalar.normalDistribution(z - step)) / (2 * step)
            #expect(relativeError(slope, Scalar.normalDensity(z)) < 1e-7)
        }
    }

    /// The inverse of the distribution function, in both tails and near the middle.
    @Test(arguments: [1e-300, 1e-12, 0.025, 0.3, 0.5, 0.75, 0.975, 1 - 1e-12])
    func normalQuantile(probability: Double) {
        let z = Scalar.normalQuantile(probability)
        let error = relativeError(Scalar.normalDistribution(z), probability)
        #expect(error < 1e-14 * max(1, z * z))
        #expect(abs(Scalar.normalQuantile(0.975) - 1.959963984540054) < 1e-14)
    }
}
