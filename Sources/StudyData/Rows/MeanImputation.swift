import Foundation
import MixtureOfExperts
import Numerics
import Tables

/// Sums of the known values of the covariates whose missing ones are to get the mean of the site.
///
/// The means are rounded to about a quarter of a standard deviation. Rows of classes and values that too few rows have are left out
/// of a fit, after gaps are filled: a mean of all digits, less what the moments show of the rows that stay, would be these rows.
/// Where a value is put in, a column says so, and its coefficient takes what the rounding changed.
///
/// Sums run in the order of the rows, so that the means are bit-identical whether the rows are in memory or come in pieces.
package struct MeanImputation {
    private let columns: [(covariate: String, column: Int)]
    /// The first known values: what is summed are differences.
    private var origins: [Double?]
    private var sums: [Double]
    private var squares: [Double]
    private var weights: [Double]
    private var counts: [Int]

    package init(_ selection: RowSelection) {
        columns = selection.filledColumns.filter { selection.fill[$0.covariate] == nil }
        sums = [Double](repeating: 0, count: columns.count)
        squares = sums
        weights = sums
        origins = [Double?](repeating: nil, count: columns.count)
        counts = [Int](repeating: 0, count: columns.count)
    }

    /// Whether no mean is asked for.
    package var isEmpty: Bool { columns.isEmpty }

    /// Rows of weight 0 do not count.
    package mutating func add(_ rows: ShardRows) {
        for (index, entry) in columns.enumerated() {
            let values = rows.covariates.column(entry.column)
            for (row, value) in values.enumerated() where !value.isNaN && rows.weight(row) > 0 {
                let origin = origins[index] ?? value
                origins[index] = origin
                sums[index] += rows.weight(row) * (value - origin)
                squares[index] += rows.weight(row) * (value - origin) * (value - origin)
                weights[index] += rows.weight(row)
                counts[index] += 1
            }
        }
    }

    /// - Parameter least: values that a mean must stand for: it leaves the site.
    /// - Throws: `tooFewToFill`.
    package func means(atLeast least: Int, source: String) throws(TableError) -> [String: Double] {
        var means = [String: Double]()
        for (index, entry) in columns.enumerated() {
            guard counts[index] >= max(1, least) else {
                throw .tooFewToFill(
                    source: source, column: entry.covariate, known: counts[index], needed: max(1, least))
            }
            let shift = sums[index] / weights[index]
            let deviation = max(squares[index] / weights[index] - shift * shift, 0).squareRoot()
            means[entry.covariate] = Self.rounded((origins[index] ?? 0) + shift, deviation: deviation)
        }
        return means
    }

    /// To a multiple of 1, 2 or 5 times a power of ten, of a quarter of the deviation at least.
    private static func rounded(_ mean: Double, deviation: Double) -> Double {
        guard deviation > 1e-9 * abs(mean) else { return mean }
        let least = deviation / 4
        let power = pow(10, floor(log10(least)))
        let unit = power * ([1, 2, 5].first { $0 * power >= least } ?? 10)
        // Of a power below 1 a quotient is the nearest double: 0.3 rather than 3 · 0.1.
        return unit < 1 ? (mean / unit).rounded() / (1 / unit).rounded() : (mean / unit).rounded() * unit
    }
}

extension Matrix {
    /// NaN in the columns replaced, where there is a value for them.
    func filled(_ columns: [(covariate: String, column: Int)], _ values: [String: Double]) -> Matrix {
        var result = self
        for entry in columns {
            guard let value = values[entry.covariate] else { continue }
            for row in 0..<rowCount where result[row, entry.column].isNaN { result[row, entry.column] = value }
        }
        return result
    }
}

extension ShardRows {
    /// Missing covariates filled in as far as the selection has values for them.
    package func filled(_ selection: RowSelection) -> ShardRows {
        let columns = selection.filledColumns.filter { selection.fill[$0.covariate] != nil }
        guard !columns.isEmpty else { return self }
        return ShardRows(
            covariates: covariates.filled(columns, selection.fill), responses: responses, weights: weights)
    }

    /// The same where gaps were filled already, with other values.
    package func refilled(_ selection: RowSelection) -> ShardRows {
        let marks = Dictionary(selection.indicatorColumns.map { ($0.covariate, $0.column) }) { first, _ in first }
        let columns = selection.filledColumns.filter { selection.fill[$0.covariate] != nil }
        guard !columns.isEmpty else { return self }
        var result = covariates
        for entry in columns {
            guard let value = selection.fill[entry.covariate], let mark = marks[entry.covariate] else { continue }
            for row in 0..<rowCount where result[row, mark] == 1 { result[row, entry.column] = value }
        }
        return ShardRows(covariates: result, responses: responses, weights: weights)
    }
}
