import LinearAlgebra
import MixtureOfExperts

/// Keeps values that few rows have out of what leaves a site.
///
/// The number of rows behind an expert says nothing of the rows behind one column: sums over an indicator with a single 1
/// are that row, whole. So a column counts as known only by the rows that differ from its usual value.
struct Disclosure {
    let minRows: Double
    /// Columns with more distinct values, and none that most rows share, have no usual value.
    private static let mostDistinctValues = 32

    /// Covariates where some but fewer than `minRows` rows differ from the usual value, and that value.
    func rareCovariates(_ rows: ShardRows) -> [(index: Int, usualValue: Double)] {
        (0..<rows.covariates.columnCount).compactMap { index in
            usualValueIfRare(rows.covariates.column(index)).map { (index, $0) }
        }
    }

    /// The usual value of a column where some but fewer than `minRows` rows differ from it.
    func usualValueIfRare(_ values: ArraySlice<Double>) -> Double? {
        guard let usual = Self.majority(values) else { return nil }
        let others = values.reduce(0) { $0 + ($1 == usual ? 0 : 1) }
        return others > 0 && Double(others) < minRows ? usual : nil
    }

    /// The statistics and coefficients of experts without the columns that too few of their rows tell of.
    ///
    /// - Parameter rows: standardised, with weights of mean 1, as the model and the moments are.
    /// - Returns: also the (column, expert) pairs that were left out; the column after the covariates is the response.
    func withoutRareColumns(
        _ fitted: FittedMixture, _ rows: ShardRows
    ) -> (fitted: FittedMixture, left: [(column: Int, expert: Int)]) {
        var result = fitted
        var left = [(column: Int, expert: Int)]()
        var joint = fitted.model.logJointDensities(rows.covariates, responses: rows.responses)
        for row in 0..<joint.rowCount {
            var posterior = joint.row(row)
            Scalar.softmax(&posterior)
            for (expert, value) in posterior.enumerated() { joint[row, expert] = rows.weight(row) * value }
        }
        for column in 0...rows.covariates.columnCount {
            let values = column < rows.covariates.columnCount ? rows.covariates.column(column) : rows.responses[...]
            let candidates = Self.candidates(values)
            guard !candidates.isEmpty else { continue }
            for expert in 0..<fitted.model.expertCount {
                let shares = candidates.map { candidate in
                    zip(values, joint.column(expert)).reduce(0) { $0 + ($1.0 == candidate ? $1.1 : 0) }
                }
                guard let best = shares.indices.max(by: { shares[$0] < shares[$1] }),
                    fitted.moments[expert].weight - shares[best] < minRows,
                    fitted.moments[expert].scatter[column, column] > 0
                else { continue }
                result.leaveOut(column, of: expert, value: candidates[best])
                left.append((column, expert))
            }
        }
        return (result, left)
    }

    /// Values that most rows of some expert may share.
    private static func candidates(_ values: ArraySlice<Double>) -> [Double] {
        var distinct = Set<Double>()
        for value in values {
            distinct.insert(value)
            if distinct.count > mostDistinctValues { return majority(values).map { [$0] } ?? [] }
        }
        return distinct.sorted()
    }

    /// The value of more than half of the rows (Boyer & Moore 1991).
    private static func majority(_ values: ArraySlice<Double>) -> Double? {
        var candidate = 0.0
        var count = 0
        for value in values {
            if count == 0 { candidate = value }
            count += value == candidate ? 1 : -1
        }
        let agreeing = values.reduce(0) { $0 + ($1 == candidate ? 1 : 0) }
        return 2 * agreeing > values.count ? candidate : nil
    }
}

extension FittedMixture {
    /// As if the column had this value in all rows of the expert.
    fileprivate mutating func leaveOut(_ column: Int, of expert: Int, value: Double) {
        moments[expert] = moments[expert].withConstant(column, value: value)
        guard let position = model.design.expertCovariates.firstIndex(of: column) else { return }
        let coefficient = model.experts[expert].coefficients[position + 1]
        model.experts[expert].coefficients[0] += coefficient * value
        model.experts[expert].coefficients[position + 1] = 0
    }
}
