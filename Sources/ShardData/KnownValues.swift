import LinearAlgebra
import MixtureOfExperts

/// Sums of the known values of the covariates whose missing ones are to get the mean of the site.
///
/// Sums run in the order of the rows, so that the means have the same bits whether the rows are in memory or come in pieces.
package struct KnownValues {
    private let columns: [(covariate: String, column: Int)]
    private var sums: [Double]
    private var weights: [Double]
    private var counts: [Int]

    package init(_ selection: RowSelection) {
        columns = selection.filledColumns.filter { selection.fill[$0.covariate] == nil }
        sums = [Double](repeating: 0, count: columns.count)
        weights = sums
        counts = [Int](repeating: 0, count: columns.count)
    }

    /// Whether no mean is asked for.
    package var isEmpty: Bool { columns.isEmpty }

    /// Rows of weight 0 do not count.
    package mutating func add(_ rows: ShardRows) {
        for (index, entry) in columns.enumerated() {
            let values = rows.covariates.column(entry.column)
            for (row, value) in values.enumerated() where !value.isNaN && rows.weight(row) > 0 {
                sums[index] += rows.weight(row) * value
                weights[index] += rows.weight(row)
                counts[index] += 1
            }
        }
    }

    /// - Parameter least: values that a mean must stand for: it leaves the site.
    /// - Throws: `tooFewToFill`.
    package func means(atLeast least: Int, source: String) throws(ShardDataError) -> [String: Double] {
        var means = [String: Double]()
        for (index, entry) in columns.enumerated() {
            guard counts[index] >= max(1, least) else {
                throw .tooFewToFill(
                    source: source, column: entry.covariate, known: counts[index], needed: max(1, least))
            }
            means[entry.covariate] = sums[index] / weights[index]
        }
        return means
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
}
