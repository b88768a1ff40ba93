import Numerics
import TestSupport
import Testing

/// Distributions of test statistics.
@Suite struct QuantileTests {
    /// Abramowitz & Stegun, tables 26.8 and 26.10, and the closed forms of one and two degrees.
    @Test(arguments: [(0.025, 10, 2.228_139), (0.005, 4, 4.604_095), (0.05, 1, 6.313_752), (0.025, 120, 1.979_930)])
    func student(tail: Double, degrees: Double, expected: Double) {
        #expect(abs(SpecialFunctions.studentQuantile(tail: tail, degrees: degrees) - expected) < 1e-6)
    }

    @Test(arguments: [0.4, 0.1, 1e-3, 1e-9, 1e-200]) func studentOfTwoDegrees(tail: Double) {
        let expected = (1 - 2 * tail) / (2 * tail * (1 - tail)).squareRoot()
        #expect(difference(SpecialFunctions.studentQuantile(tail: tail, degrees: 2), expected) < 1e-10)
    }

    @Test(arguments: [(0.05, 1, 3.841_459), (0.05, 3, 7.814_728), (0.975, 10, 3.246_973), (0.01, 100, 135.806_723)])
    func chiSquare(tail: Double, degrees: Double, expected: Double) {
        #expect(abs(SpecialFunctions.chiSquareQuantile(tail: tail, degrees: degrees) - expected) < 1e-6)
    }

    @Test(arguments: [0.99, 0.5, 1e-3, 1e-12]) func quantilesInvertTails(tail: Double) {
        for degrees in [0.5, 1, 3, 30, 1000] {
            let x = SpecialFunctions.chiSquareQuantile(tail: tail, degrees: degrees)
            #expect(difference(SpecialFunctions.chiSquareTail(x, degrees: degrees), tail) < 1e-9)
        }
    }
}
