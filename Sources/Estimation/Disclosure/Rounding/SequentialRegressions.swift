import Foundation
import MixtureOfExperts
import Numerics

/// A covariance as regressions of each variable on those before it (LDL'): slopes on their innovations, and the variances of these.
///
/// Innovations are uncorrelated, so that the standard error of a slope is the same whether the others are known or not. Rounding in these
/// coordinates errs in every direction by the same part of the sampling error: in none it says more than half a standard error, and
/// columns that are nearly the same stay so. What is rebuilt from any slopes and positive variances is a covariance.
struct SequentialRegressions {
    /// Below this part of a variance nothing is left beside the variables before.
    private static let none = 1e-10

    /// Names of the variables, for the random choices.
    let names: [String]
    /// Of each variable on the innovations of those before it, unit lower triangular.
    private(set) var slopes: Matrix
    /// Of the innovations; 0 for constants, and for what follows from variables before.
    private(set) var variances: [Double]
    /// Of each variable on those before it themselves; without the digits that are their rounding where it follows from these.
    private let combinations: [[Double]]
    /// The smallest part of a variance that is left beside the variables before.
    let leastShare: Double

    /// - Parameter covariance: in the order of the regressions.
    init(_ covariance: PackedSymmetric, names: [String]) {
        let size = covariance.size
        var (slopes, variances) = (Matrix.identity(size), [Double](repeating: 0, count: size))
        var combinations = [[Double]]()
        var leastShare = 1.0
        for row in 0..<size {
            guard covariance[row, row] > 0 else {
                combinations.append([Double](repeating: 0, count: row))
                continue
            }
            var rest = covariance[row, row]
            for column in 0..<row where variances[column] > 0 {
                var product = covariance[row, column]
                for before in 0..<column {
                    product -= slopes[row, before] * variances[before] * slopes[column, before]
                }
                slopes[row, column] = product / variances[column]
                rest -= product / variances[column] * product
            }
            if rest > Self.none * covariance[row, row] {
                variances[row] = rest
                leastShare = min(leastShare, rest / covariance[row, row])
            }
            let own = Self.combination(row, slopes, variances)
            combinations.append(variances[row] > 0 ? own : Self.spelled(own, covariance))
        }
        self.names = names
        self.slopes = slopes
        self.variances = variances
        self.combinations = combinations
        self.leastShare = leastShare
    }

    private static func combination(_ row: Int, _ slopes: Matrix, _ variances: [Double]) -> [Double] {
        var result = [Double](repeating: 0, count: row)
        for column in (0..<row).reversed() where variances[column] > 0 {
            result[column] =
                slopes[row, column] - ((column + 1)..<row).reduce(0) { $0 + result[$1] * slopes[$1, column] }
        }
        return result
    }

    private static func spelled(_ combination: [Double], _ covariance: PackedSymmetric) -> [Double] {
        let row = combination.count
        return combination.enumerated().map { column, value in
            guard value != 0 else { return 0 }
            let unit = (covariance[row, row] / covariance[column, column]).squareRoot()
            return GridStep(decimalBelow: 1e-6 * unit)?.nearest(value) ?? value
        }
    }

    /// - Parameters:
    ///   - rows: effective ones.
    ///   - spreads: of each variable that of its squared deviations, in squared variances: kurtosis less 1; 2 at least counts.
    func rounded(_ rounding: UnbiasedRounding, rows: Double, spreads: [Double]) -> SequentialRegressions {
        var result = self
        for row in names.indices where variances[row] > 0 {
            result.variances[row] = rounding.of("variance").rounded(
                positive: variances[row], relativeError: min((max(spreads[row], 2) / rows).squareRoot(), 1), names[row])
        }
        // Slopes on what is rounded of the variables before that leave those on these variables themselves where they were.
        for row in names.indices {
            let own = rounding.of("slope").of(names[row])
            for column in 0..<row {
                let slope = combinations[row].indices.reduce(0) {
                    $0 + combinations[row][$1] * result.slopes[$1, column]
                }
                result.slopes[row, column] =
                    variances[row] > 0 && variances[column] > 0
                    ? own.rounded(
                        slope, error: (result.variances[row] / (rows * result.variances[column])).squareRoot(),
                        names[column]) : slope
            }
        }
        return result
    }

    /// Means in the order of the regressions, each rounded given those before it.
    func rounded(means: [Double], _ rounding: UnbiasedRounding, rows: Double) -> [Double] {
        let own = rounding.of("mean")
        var (result, errors) = (means, [Double](repeating: 0, count: means.count))
        for row in means.indices {
            let given = means[row] + (0..<row).reduce(0) { $0 + slopes[row, $1] * errors[$1] }
            result[row] = own.rounded(given, error: (variances[row] / rows).squareRoot(), names[row])
            // What follows from others has no error of its own.
            if variances[row] > 0 { errors[row] = result[row] - given }
        }
        return result
    }

    var covariance: PackedSymmetric {
        var result = PackedSymmetric(size: names.count)
        for row in names.indices {
            for column in 0...row {
                result[row, column] = (0...column).reduce(0) {
                    $0 + slopes[row, $1] * variances[$1] * slopes[column, $1]
                }
            }
        }
        return result
    }

    /// Decimal digits beside the largest that a spelling of the covariance needs: a small part of the smallest share.
    var digits: Int { min(max(7 - Int(log10(leastShare).rounded(.down)), 8), 15) }
}

extension PackedSymmetric {
    /// With so many decimal digits beside the variances.
    func spelled(digits: Int) -> PackedSymmetric {
        var result = self
        let part = pow(10, -Double(digits))
        for row in 0..<size {
            for column in 0...row {
                let scale = self[row, row].squareRoot() * self[column, column].squareRoot()
                if let step = GridStep(decimalBelow: part * scale) {
                    result[row, column] = step.nearest(self[row, column])
                }
            }
        }
        return result
    }
}
