import Foundation
import Numerics

/// S(y) = log Π_{j<y} (1 + αj) and its derivatives by log α, Σ_{j<y} αj / (1 + αj) and Σ_{j<y} αj / (1 + αj)².
///
/// Counts that rows have are small, and those of a block share their dispersion: sums up to the largest one in a table. Beyond it, and for
/// means, which are no whole numbers, by the series of the gamma function: S(y) = (y + r - ½) log(1 + αy) - y + δ(y + r) - δ(r), r = 1/α,
/// δ the error of Stirling's formula. It keeps its digits as α goes to 0.
struct RisingProduct {
    /// Counts from here on are not in the table.
    private static let tableEnd = 256

    private let dispersion: Double
    private let count: Int
    private let values: UnsafePointer<Double>
    private let firsts: UnsafePointer<Double>
    private let seconds: UnsafePointer<Double>

    /// Of the counts that a table may hold.
    static func largest(_ responses: UnsafePointer<Double>, _ count: Int) -> Int {
        var result = 0.0
        for row in 0..<count where responses[row] < Double(tableEnd) { result = max(result, responses[row]) }
        return Int(result)
    }

    static func withTable(
        _ dispersion: Double, upTo largest: Int, derivatives: Bool, _ body: (RisingProduct) -> Void
    ) {
        let count = largest + 1
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 3 * count) { memory in
            let values = memory.baseAddress!
            let (firsts, seconds) = (values + count, values + 2 * count)
            for index in 0..<count { firsts[index] = Double(index) }
            NegativeBinomialFamily.logSlopes(firsts, times: dispersion, count: count, into: values)
            var (value, first, second) = (0.0, 0.0, 0.0)
            for index in 0..<count {
                let scaled = dispersion * Double(index)
                let own = scaled * values[index]
                values[index] = value
                value += own
                guard derivatives else { continue }
                let inverse = 1 / (1 + scaled)
                (firsts[index], seconds[index]) = (first, second)
                first += scaled * inverse
                second += scaled * inverse * inverse
            }
            body(
                RisingProduct(
                    dispersion: dispersion, count: count, values: values, firsts: firsts, seconds: seconds))
        }
    }

    private func index(_ response: Double) -> Int? {
        guard response < Double(count), response >= 0 else { return nil }
        let index = Int(response)
        return Double(index) == response ? index : nil
    }

    func value(_ response: Double) -> Double {
        if let index = index(response) { return values[index] }
        guard response > 0 else { return response == 0 ? 0 : -.infinity }
        let (shape, scaled) = (1 / dispersion, dispersion * response)
        // r log(1 + αy) - y
        let gap = response * (SpecialFunctions.logOnePlusGap(scaled) / scaled)
        return gap + (response - 0.5) * log1p(scaled) + SpecialFunctions.stirlingError(shape + response)
            - SpecialFunctions.stirlingError(shape)
    }

    /// With ψ(x) = log x - λ(x) and ψ'(x) = 1 / x + 1 / 2x² + τ(x) the large terms are taken out.
    func derivatives(_ response: Double) -> (first: Double, second: Double) {
        if let index = index(response) { return (firsts[index], seconds[index]) }
        guard response > 0 else { return (0, 0) }
        let (shape, scaled) = (1 / dispersion, dispersion * response)
        let inverse = 1 / (1 + scaled)
        let gap = response * (SpecialFunctions.logOnePlusGap(scaled) / scaled)
        let first =
            -gap
            - shape
            * (SpecialFunctions.logMinusDigamma(shape) - SpecialFunctions.logMinusDigamma(shape + response))
        let remainder =
            SpecialFunctions.trigammaRemainder(shape) - SpecialFunctions.trigammaRemainder(shape + response)
        let second =
            response * scaled * inverse - first - 0.5 * (1 - inverse * inverse) - shape * shape * remainder
        return (first, second)
    }
}
