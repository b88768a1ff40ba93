import Foundation
import Numerics

/// Rounding of what a release says: to the multiple of a step below or above, with the probability that keeps the mean (Cox 1987).
///
/// The choice follows from a key that the site alone has and from the quantity: an answer repeated is the same answer, and so is that of
/// a quantity that two models share. A sum over sites keeps its expectation.
package struct UnbiasedRounding: Sendable {
    /// Of conditional standard errors.
    package static let step = 0.5

    private let hash: KeyedHash
    private let path: [UInt8]

    /// - Parameter key: any number of bytes.
    package init(key: [UInt8]) { self.init(KeyedHash(key: key), path: []) }

    private init(_ hash: KeyedHash, path: [UInt8]) {
        self.hash = hash
        self.path = path
    }

    /// For the quantities of a part.
    package func of(_ part: String) -> UnbiasedRounding { UnbiasedRounding(hash, path: path + Array(part.utf8) + [0]) }

    /// Of a quantity: in 0 ..< 1.
    private func uniform(_ quantity: String) -> Double {
        let bits = hash.digest(path + Array(quantity.utf8)).prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Double(bits >> 11) * 0x1p-53
    }

    /// - Parameter error: the conditional standard error of the value; 0 leaves it as it is.
    package func rounded(_ value: Double, error: Double, _ quantity: String) -> Double {
        guard let step = GridStep(near: Self.step * error) else { return value }
        return rounded(value, to: step, quantity)
    }

    /// Of a positive number: its logarithm.
    ///
    /// - Parameter relativeError: of the number, the standard error of its logarithm.
    package func rounded(positive value: Double, relativeError: Double, _ quantity: String) -> Double {
        guard value > 0 else { return value }
        return exp(rounded(log(value), error: relativeError, quantity))
    }

    package func rounded(_ value: Double, to step: GridStep, _ quantity: String) -> Double {
        let units = value / step.value
        guard abs(units) < 0x1p52 else { return value }
        return step.times((units + uniform(quantity)).rounded(.down))
    }
}

/// A step of rounding, 1, 2 or 5 times a power of ten: so coarse that it discloses next to nothing of what it was made of.
package struct GridStep: Sendable, Equatable {
    private let digit: Double
    private let exponent: Int

    /// The next in ratio; nil where there is none.
    package init?(near value: Double) {
        guard value > 1e-290, value < 1e290 else { return nil }
        var exponent = Int(log10(value).rounded(.down))
        let fraction = value / Self.power(exponent)
        // Geometric means of neighbours.
        let digits: [(bound: Double, digit: Double)] = [
            (2.squareRoot(), 1), (10.squareRoot(), 2), (50.squareRoot(), 5),
        ]
        if let found = digits.first(where: { fraction < $0.bound }) {
            digit = found.digit
        } else {
            digit = 1
            exponent += 1
        }
        self.exponent = exponent
    }

    /// A power of ten not above a value.
    package init?(decimalBelow value: Double) {
        guard value > 1e-290, value < 1e290 else { return nil }
        digit = 1
        exponent = Int(log10(value).rounded(.down))
    }

    private init(digit: Double, exponent: Int) {
        self.digit = digit
        self.exponent = exponent
    }

    static func decimal(exponent: Int) -> GridStep { GridStep(digit: 1, exponent: exponent) }

    package var value: Double { times(1) }

    /// The double nearest to the decimal number, where that has no more than 22 zeros.
    package func times(_ count: Double) -> Double {
        exponent >= 0 ? count * digit * Self.power(exponent) : count * digit / Self.power(-exponent)
    }

    /// The nearest multiple, for short spelling.
    package func nearest(_ value: Double) -> Double {
        let units = value / self.value
        return abs(units) < 0x1p52 ? times(units.rounded()) : value
    }

    private static func power(_ exponent: Int) -> Double { pow(10, Double(exponent)) }
}
