import Foundation
import Numerics

/// The covariance of some estimates, as standard errors and correlations: other units change the errors alone.
package struct ParameterCovariance: Sendable, Equatable {
    /// 0 for a parameter that is held at its value.
    package private(set) var standardErrors: [Double]
    /// Strict lower triangle, row by row; nil where only the errors are known.
    package private(set) var correlations: [Double]?
    /// Parameters that the rows do not determine, ascending.
    ///
    /// Their errors are those of one solution of many, good only for what all of these agree on.
    package private(set) var undetermined: [Int]
    /// Of Student's t; nil where the estimates are taken as normal.
    package private(set) var degrees: Double?

    package init(
        standardErrors: [Double], correlations: [Double]?, undetermined: [Int] = [], degrees: Double? = nil
    ) {
        let pairs = Self.pairCount(standardErrors.count)
        precondition(correlations == nil || correlations?.count == pairs, "a correlation for every pair")
        self.standardErrors = standardErrors
        self.correlations = correlations
        self.undetermined = undetermined
        self.degrees = degrees
    }

    package init(_ covariance: Matrix, undetermined: [Int] = [], degrees: Double? = nil) {
        let size = covariance.rowCount
        let errors = (0..<size).map { max(covariance[$0, $0], 0).squareRoot() }
        var correlations = [Double]()
        correlations.reserveCapacity(Self.pairCount(size))
        for row in 0..<size {
            for column in 0..<row {
                let product = errors[row] * errors[column]
                correlations.append(product > 0 ? min(max(covariance[row, column] / product, -1), 1) : 0)
            }
        }
        self.init(standardErrors: errors, correlations: correlations, undetermined: undetermined, degrees: degrees)
    }

    package var count: Int { standardErrors.count }

    package static func pairCount(_ size: Int) -> Int { max(size * (size - 1) / 2, 0) }

    /// nil where the correlations are not known.
    package var matrix: Matrix? {
        guard let correlations else { return nil }
        var result = Matrix(rowCount: count, columnCount: count)
        var pair = 0
        for row in 0..<count {
            result[row, row] = standardErrors[row] * standardErrors[row]
            for column in 0..<row {
                let value = correlations[pair] * standardErrors[row] * standardErrors[column]
                result[row, column] = value
                result[column, row] = value
                pair += 1
            }
        }
        return result
    }

    /// Nothing to report of a parameter that is held or not determined.
    package func standardError(_ index: Int) -> Double? {
        standardErrors[index] > 0 && !undetermined.contains(index) ? standardErrors[index] : nil
    }

    package var withoutCorrelations: ParameterCovariance {
        ParameterCovariance(
            standardErrors: standardErrors, correlations: nil, undetermined: undetermined, degrees: degrees)
    }

    /// Each parameter times a positive factor.
    package func scaled(by factors: [Double]) -> ParameterCovariance {
        var result = self
        result.standardErrors = zip(standardErrors, factors).map(*)
        return result
    }

    /// Of the parameters in another order: new parameter i is old parameter `order[i]`.
    func permuted(_ order: [Int]) -> ParameterCovariance {
        ParameterCovariance(
            standardErrors: order.map { standardErrors[$0] },
            correlations: correlations.map { own in
                order.indices.flatMap { row in
                    (0..<row).map { column in
                        let (high, low) = (max(order[row], order[column]), min(order[row], order[column]))
                        return own[Self.pairCount(high) + low]
                    }
                }
            },
            undetermined: order.indices.filter { undetermined.contains(order[$0]) }, degrees: degrees)
    }

    /// Of the terms of a variance.
    private static let leastShare = 1e-6

    /// Of linear combinations of the parameters.
    ///
    /// - Parameter map: one combination per row. A combination of more than one parameter is not determined where the
    ///   correlations are not known, nor is one with a parameter that is not, nor one whose variance is what is left of terms a million
    ///   times as large: correlations of seven decimals do not hold it.
    package func mapped(by map: Matrix) -> ParameterCovariance {
        let lost = Set(undetermined)
        let parts = (0..<map.rowCount).map { row in (0..<count).filter { map[row, $0] != 0 } }
        var unknown = parts.indices.filter { !lost.isDisjoint(with: parts[$0]) }
        guard let matrix else {
            let errors = parts.indices.map { row in
                parts[row].count == 1 ? abs(map[row, parts[row][0]]) * standardErrors[parts[row][0]] : 0
            }
            unknown = parts.indices.filter { unknown.contains($0) || parts[$0].count > 1 }
            return ParameterCovariance(
                standardErrors: errors, correlations: nil, undetermined: unknown, degrees: degrees)
        }
        let covariance = map * matrix * map.transposed()
        unknown = parts.indices.filter { row in
            let terms = parts[row].reduce(0) { $0 + abs(map[row, $1]) * standardErrors[$1] }
            return unknown.contains(row) || covariance[row, row] < Self.leastShare * terms * terms
        }
        return ParameterCovariance(covariance, undetermined: unknown, degrees: degrees)
    }

    /// Of the coefficients with the intercept of each linear predictor taken `offset` from where it is.
    ///
    /// - Parameters:
    ///   - offset: one number for each slope of a predictor.
    ///   - predictors: whose coefficients come first; what follows them stays.
    package func shifted(by offset: [Double], predictors: Int) -> ParameterCovariance {
        guard offset.contains(where: { $0 != 0 }) else { return self }
        var map = Matrix.identity(count)
        let layout = CoefficientLayout(regressors: offset.count + 1)
        for predictor in 0..<predictors {
            for (index, value) in offset.enumerated() {
                map[layout.intercept(of: predictor), layout.slope(index, of: predictor)] = value
            }
        }
        return mapped(by: map)
    }

    /// With errors of seven significant digits and correlations of seven decimals: more than a covariance of estimates needs.
    package var rounded: ParameterCovariance {
        ParameterCovariance(
            standardErrors: standardErrors.map(Self.rounded),
            correlations: correlations?.map { ($0 * 1e7).rounded() / 1e7 },
            undetermined: undetermined, degrees: degrees.map(Self.rounded))
    }

    private static func rounded(_ value: Double) -> Double {
        guard value > 0, value.isFinite else { return value }
        let exponent = 6 - Int(log10(value).rounded(.down))
        // Powers of ten are exact up to 22: the quotient is then the double nearest to the decimal number.
        guard abs(exponent) <= 22 else { return Double(String(format: "%.6e", value)) ?? value }
        let power = pow(10, Double(abs(exponent)))
        return exponent >= 0 ? (value * power).rounded() / power : (value / power).rounded() * power
    }
}
