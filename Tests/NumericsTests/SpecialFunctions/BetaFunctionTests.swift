import Foundation
import Numerics
import TestSupport
import Testing

@Suite struct BetaFunctionTests {
    private static let points = [1e-8, 0.03, 0.3, 0.5, 0.77, 0.999]

    /// I_x(a, 1) = x^a, I_x(1, b) = 1 - (1 - x)^b.
    @Test(arguments: [0.02, 0.5, 3, 400], points) func closedForms(_ shape: Double, _ x: Double) {
        let power = SpecialFunctions.betaRatio(shape, 1, x, complement: 1 - x)
        #expect(abs(power - pow(x, shape)) < 1e-13)
        let other = SpecialFunctions.betaRatio(1, shape, x, complement: 1 - x)
        #expect(abs(other + expm1(shape * log1p(-x))) < 1e-13)
    }

    @Test(arguments: [(0.3, 7.0), (5, 5), (2000, 3000), (1e6, 0.4)], points)
    func symmetryAndRecurrence(_ shapes: (Double, Double), _ x: Double) {
        let (a, b) = shapes
        let ratio = SpecialFunctions.betaRatio(a, b, x, complement: 1 - x)
        #expect(abs(ratio + SpecialFunctions.betaRatio(b, a, 1 - x, complement: x) - 1) < 1e-12)
        // DLMF 8.17.20 and 8.17.21.
        let power = SpecialFunctions.betaPower(a, b, x, complement: 1 - x)
        #expect(abs(SpecialFunctions.betaRatio(a + 1, b, x, complement: 1 - x) - (ratio - power / a)) < 1e-12)
        #expect(abs(SpecialFunctions.betaRatio(a, b + 1, x, complement: 1 - x) - (ratio + power / b)) < 1e-12)
    }

    @Test(arguments: [(2.5, 3.0), (40, 11), (900, 1000)], points)
    func ratioIsTheIntegralOfTheDensity(_ shapes: (Double, Double), _ x: Double) {
        let (a, b) = shapes
        let integral = Quadrature.integral(from: 0, to: x, intervals: 20_000) { t in
            t > 0 ? SpecialFunctions.betaPower(a, b, t, complement: 1 - t) / (t * (1 - t)) : 0
        }
        #expect(abs(SpecialFunctions.betaRatio(a, b, x, complement: 1 - x) - integral) < 1e-9)
    }

    /// B(½, ½) = π, B(1, b) = 1 / b.
    @Test func knownValues() {
        #expect(abs(SpecialFunctions.betaPower(0.5, 0.5, 0.5, complement: 0.5) - 0.5 / .pi) < 1e-15)
        #expect(abs(SpecialFunctions.betaPower(1, 6, 0.25, complement: 0.75) - 6 * 0.25 * pow(0.75, 6)) < 1e-15)
    }

    /// From 10^6 on the continued fraction gives way to a gamma function: both sides of the step follow one recurrence.
    @Test(arguments: [0.001, 0.5, 3, 40], [0.2, 1, 2.5]) func largeParametersAreTheLimit(a: Double, ratio: Double) {
        let b = 1e6
        let x = min(0.5, a * ratio / b)
        let below = SpecialFunctions.betaRatio(a, b, x, complement: 1 - x)
        let above = SpecialFunctions.betaRatio(a, b + 1, x, complement: 1 - x)
        let step = SpecialFunctions.betaPower(a, b, x, complement: 1 - x) / b
        #expect(abs(above - below - step) < 1e-9)
        let mirrored = SpecialFunctions.betaRatio(b + 1, a, 1 - x, complement: x)
        #expect(abs(mirrored + above - 1) < 1e-9)
    }

    @Test(arguments: [1e12, 1e80, 1e200]) func hugeParametersEnd(b: Double) {
        for a in [1e-100, 0.3, 5] {
            let x = 0.5 * a / b
            let ratio = SpecialFunctions.betaRatio(a, b, x, complement: 1 - x)
            #expect(abs(ratio - SpecialFunctions.lowerGammaRatio(a, 0.5 * a)) < 1e-9)
        }
    }
}
