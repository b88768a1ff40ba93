import Foundation
import Numerics

/// log Γ(y + 1) of counts, for the families of them.
enum LogFactorials {
    private static let known = (0..<256).map { SpecialFunctions.logGamma(Double($0) + 1) }

    /// Calls `body` with the table that ``value(_:_:)`` takes.
    static func withTable<Result>(_ body: (UnsafeBufferPointer<Double>) -> Result) -> Result {
        known.withUnsafeBufferPointer(body)
    }

    /// From the table or by Stirling's series, which two terms make exact beyond it.
    ///
    /// Mean responses are no whole numbers.
    static func value(_ response: Double, _ table: UnsafeBufferPointer<Double>) -> Double {
        guard response < Double(table.count) else {
            let inverse = 1 / response
            return (response + 0.5) * log(response) - response + 0.5 * Scalar.logTwoPi
                + inverse * (1.0 / 12 - inverse * inverse / 360)
        }
        guard response >= 0 else { return .infinity }
        let index = Int(response)
        return Double(index) == response ? table[index] : SpecialFunctions.logGamma(response + 1)
    }
}
