import Foundation
import Numerics
import TestSupport
import Testing

@Suite struct SpecialFunctionsTests {
    struct Values: Sendable {
        var x, logGamma, stirlingError, digamma, logMinusDigamma, trigamma: Double
    }

    /// In 60 digits (mpmath 1.3: `loggamma`, `digamma`, `psi(1, x)`), rounded.
    static let values: [Values] = [
        (0.001, 6.907178885383853, 2.5422704679670947, -1000.5755719318103, 993.6678166528282, 1000001.6425331958),
        (0.1, 2.252712651734206, 0.512740081331915, -10.423754940411076, 8.12116984741703, 101.43329915079275),
        (0.5, 0.5723649429247001, 0.15342640972002736, -1.9635100260214235, 1.2703628454614782, 4.934802200544679),
        (1.0, 0.0, 0.08106146679532726, -0.5772156649015329, 0.5772156649015329, 1.6449340668482264),
        (1.5, -0.12078223763524522, 0.05481412105191765, 0.03648997397857652, 0.3689751341295879, 0.9348022005446793),
        (2.0, 0.0, 0.0413406959554093, 0.42278433509846713, 0.27036284546147815, 0.6449340668482264),
        (3.7, 1.428072326665388, 0.022468770580143144, 1.1671535393615113, 0.14117928028866736, 0.3100378576700383),
        (10.0, 12.801827480081469, 0.00833056343336287, 2.251752589066721, 0.05083250392732458, 0.10516633568168575),
        (15.9, 27.625493215168692, 0.005240399880756108, 2.734543070175774, 0.031776039050411986, 0.06491228159906011),
        (16.0, 27.89927138384089, 0.0052076559196096404, 2.7410133283274605, 0.03157539391232087, 0.06449378340323936),
        (
            100.0, 359.1342053695754, 0.0008333305556349147, 4.600161852738087, 0.005008333250003967,
            0.010050166663333571
        ),
        (
            1234.5, 7550.550901077895, 6.75037112277304e-05, 7.118016231827998, 0.0004050769572363506,
            0.0008103727271269667
        ),
        (
            1e6, 12815504.569147611, 8.333333333333056e-08, 13.815510057964191, 5.000000833333334e-07,
            1.0000005000001667e-06
        ),
        (
            1e12, 26631021115915.652, 8.333333333333334e-14, 27.63102111592805, 5.000000000000833e-13,
            1.0000000000005e-12
        ),
    ].map { Values(x: $0, logGamma: $1, stirlingError: $2, digamma: $3, logMinusDigamma: $4, trigamma: $5) }

    @Test(arguments: values) func gammaFunction(one: Values) {
        #expect(difference(SpecialFunctions.logGamma(one.x), one.logGamma) < 2e-15)
        #expect(difference(SpecialFunctions.digamma(one.x), one.digamma) < 2e-15)
        #expect(relativeError(SpecialFunctions.trigamma(one.x), one.trigamma) < 2e-15)
    }

    /// Differences of large terms with the digits that are left of them.
    @Test(arguments: values) func differencesKeepTheirDigits(one: Values) {
        #expect(relativeError(SpecialFunctions.stirlingError(one.x), one.stirlingError) < 2e-13)
        #expect(relativeError(SpecialFunctions.logMinusDigamma(one.x), one.logMinusDigamma) < 2e-14)
    }

    struct Ratio: Sendable {
        var shape, x, lower, upper: Double
    }

    /// In 60 digits (mpmath 1.3: `gammainc`, above shape 2000 `quad` of the density), rounded.
    static let ratios: [Ratio] = [
        (0.1, 0.01, 0.6626212599544798, 0.3373787400455202),
        (0.1, 3.0, 0.9984347282528856, 0.001565271747114354),
        (0.5, 0.2, 0.4729107431344619, 0.5270892568655381),
        (0.5, 30.0, 0.9999999999999906, 9.485737571073848e-15),
        (1.0, 1.0, 0.6321205588285577, 0.36787944117144233),
        (1.0, 1e-10, 9.999999999500001e-11, 0.9999999999),
        (3.5, 0.1, 2.5156250830916172e-05, 0.9999748437491691),
        (3.5, 4.4, 0.7326639799826219, 0.26733602001737805),
        (3.5, 4.6, 0.7613858984871401, 0.23861410151285994),
        (3.5, 80.0, 1.0, 3.2077638473280725e-31),
        (10.0, 10.0, 0.5420702855281478, 0.4579297144718522),
        (50.0, 20.0, 1.245892607971938e-08, 0.9999999875410739),
        (50.0, 90.0, 0.9999983505014983, 1.6494985017178249e-06),
        (1000.0, 1000.0, 0.5042052441802155, 0.4957947558197845),
        (1000.0, 900.0, 0.0005499022657117829, 0.9994500977342882),
        (1000.0, 1200.0, 0.9999999987118394, 1.2881606086281433e-09),
        (100000.0, 100010.0, 0.5130334414362707, 0.4869665585637293),
        (100000.0, 99000.0, 0.0007574199211747679, 0.9992425800788253),
        (100000.0, 101000.0, 0.9991915784870744, 0.0008084215129255907),
        (1e8, 1e8, 0.5000132980760141, 0.49998670192398587),
        (1e8, 1.0003e8, 0.998648919898398, 0.0013510801016019577),
    ].map { Ratio(shape: $0, x: $1, lower: $2, upper: $3) }

    @Test(arguments: ratios) func incompleteGammaFunction(one: Ratio) {
        // The distance of x from the shape, in its rounding, is all that a large shape leaves.
        let tolerance = 1e-13 + 1e-15 * one.shape.squareRoot()
        let lower = SpecialFunctions.lowerGammaRatio(one.shape, one.x)
        let upper = SpecialFunctions.upperGammaRatio(one.shape, one.x)
        #expect(difference([lower, upper], [one.lower, one.upper]) < tolerance)
        #expect(relativeError(min(lower, upper), min(one.lower, one.upper)) < 10 * tolerance)
    }

    @Test func incompleteGammaFunctionAtTheEnds() {
        for shape in [0.1, 1, 300] {
            #expect(SpecialFunctions.lowerGammaRatio(shape, 0) == 0)
            #expect(SpecialFunctions.upperGammaRatio(shape, 0) == 1)
            #expect(SpecialFunctions.lowerGammaRatio(shape, .infinity) == 1)
            #expect(SpecialFunctions.upperGammaRatio(shape, .infinity) == 0)
            #expect(SpecialFunctions.lowerGammaRatio(shape, .nan).isNaN)
        }
    }
}
