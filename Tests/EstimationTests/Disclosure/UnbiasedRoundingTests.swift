import Foundation
import Estimation
import Testing

/// Rounding to multiples of a step with the probability that keeps the mean.
@Suite struct UnbiasedRoundingTests {
    private func keyed(_ number: Int) -> UnbiasedRounding { UnbiasedRounding(key: Array("key \(number)".utf8)) }

    @Test(arguments: [0, 0.3, -1.7, 123.456, -0.001]) func keepsTheMean(value: Double) throws {
        let step = try #require(GridStep(near: 0.5))
        let rounded = (0..<4000).map { keyed($0).rounded(value, error: 1, "a mean") }
        #expect(rounded.allSatisfy { abs($0 - value) < step.value && $0 == step.nearest($0) })
        let mean = rounded.reduce(0, +) / 4000
        // The standard deviation is at most half of a step.
        #expect(abs(mean - value) < 4 * 0.25 / 4000.0.squareRoot())
    }

    @Test func theSameKeyAndQuantityGiveTheSame() {
        let values = (0..<50).map { Double($0) + 0.25 }
        func rounded(_ key: Int, _ part: String) -> [Double] {
            values.indices.map { keyed(key).of(part).rounded(values[$0], error: 1.2, "\($0)") }
        }
        #expect(rounded(1, "mean") == rounded(1, "mean"))
        #expect(rounded(1, "mean") != rounded(2, "mean"))
        #expect(rounded(1, "mean") != rounded(1, "slope"))
    }

    /// What was rounded stays, whatever the key.
    @Test func isIdempotent() {
        for key in 0..<50 {
            let once = keyed(key).rounded(0.7234, error: 0.1, "x")
            #expect(keyed(key + 1).rounded(once, error: 0.1, "x") == once)
        }
    }

    /// For one key it rises with the value: what is larger stays so.
    @Test func isMonotone() {
        let values = (0..<400).map { 0.01 * Double($0) }
        for key in 0..<10 {
            let rounded = values.map { keyed(key).rounded($0, error: 1, "x") }
            #expect(zip(rounded, rounded.dropFirst()).allSatisfy { $0 <= $1 })
        }
    }

    /// A step has one significant digit and is within a factor of the root of 2.5 of what was asked for.
    @Test func stepsAreCoarse() throws {
        for exponent in -30...30 {
            for fraction in [1, 1.3, 1.5, 2.4, 3.1, 3.3, 6.9, 7.2, 9.99] {
                let wanted = fraction * pow(10, Double(exponent))
                let step = try #require(GridStep(near: wanted)).value
                #expect(step / wanted < 2.5.squareRoot() + 1e-9 && wanted / step < 2.5.squareRoot() + 1e-9)
                let digit = step / pow(10, log10(step * (1 + 1e-12)).rounded(.down))
                #expect([1, 2, 5].contains { abs($0 - digit) < 1e-9 })
            }
        }
        #expect(GridStep(near: 0) == nil && GridStep(near: .infinity) == nil && GridStep(near: .nan) == nil)
    }

    @Test func spellingIsShort() throws {
        let step = try #require(GridStep(near: 0.02))
        #expect((-500...500).allSatisfy { "\(step.times(Double($0)))".utf8.count <= 6 })
    }

    @Test(arguments: [Double.infinity, -.infinity, .nan, 1e300, -1e300]) func extremesStay(value: Double) {
        let rounded = keyed(1).rounded(value, error: 1, "x")
        #expect(rounded == value || value.isNaN && rounded.isNaN)
    }
}
