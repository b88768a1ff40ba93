import LinearAlgebra
import MixtureOfExperts

/// From the columns of a table to the rows of a shard.
public struct RowSelection: Sendable {
    public enum MissingRule: String, Sendable, CaseIterable {
        /// A row with a missing value is refused.
        case error
        /// A row with a missing value is left out, and counted.
        case drop
    }

    /// Squares of values and of weights must stay in range.
    static let largestValue = 1e100

    static func isUsableWeight(_ weight: Double) -> Bool {
        weight == 0 || (1 / largestValue...largestValue).contains(weight)
    }

    public var design: Design
    /// Column of row weights.
    public var weights: String?
    public var missing: MissingRule

    public init(design: Design, weights: String? = nil, missing: MissingRule = .error) {
        self.design = design
        self.weights = weights
        self.missing = missing
    }

    /// The design that names of columns describe: by default every column with numbers other than the target.
    ///
    /// - Parameter notCovariates: columns that are never covariates by default: weights, shard labels, exclusions.
    /// - Throws: ``ShardDataError`` for a name that the table does not have, or where nothing is left.
    public static func design(
        of table: DataTable, target: String, features: [String]?, gateFeatures: [String]?, notCovariates: Set<String>
    ) throws(ShardDataError) -> Design {
        for name in [target] + (features ?? []) + (gateFeatures ?? []) { _ = try table.numbers(name) }
        for name in notCovariates where !table.columnNames.contains(name) {
            throw .noSuchColumn(source: table.source, name: name, available: table.columnNames)
        }
        for name in (features ?? []) + (gateFeatures ?? []) where name == target {
            throw .targetAmongCovariates(source: table.source, name: name)
        }
        let empty = table.columnsWithoutValue
        let standard = table.columns.compactMap { column -> String? in
            guard case .numbers = column.content, column.name != target, !notCovariates.contains(column.name),
                !empty.contains(column.name)
            else { return nil }
            return column.name
        }
        let experts = features ?? standard
        guard !experts.isEmpty else { throw .noCovariates(source: table.source) }
        return Design(target: target, expertFeatures: experts, gateFeatures: gateFeatures ?? experts)
    }

    /// The rows of one table, and how many were left out.
    public struct Selected: Sendable {
        public var rows: ShardRows
        /// The 0-based rows of the table that `rows` holds.
        public var kept: [Int]
        /// Rows left out for a missing value.
        public var dropped: Int
    }

    /// - Throws: ``ShardDataError`` for a missing column, text, an infinite or huge value, a missing value under
    ///   ``MissingRule/error``, a negative or missing weight.
    public func rows(of table: DataTable) throws(ShardDataError) -> Selected {
        let covariates = try columns(of: table)
        let responses = try table.numbers(design.target)
        let rowWeights = try weights.map { name throws(ShardDataError) in try table.numbers(name) }
        try refuseUnusable(covariates + [responses], design.covariates + [design.target], table)
        let kept = try keptRows(
            covariates + [responses] + [rowWeights].compactMap { $0 },
            design.covariates + [design.target] + [weights].compactMap { $0 }, table)
        if let rowWeights { try refuseUnusableWeights(rowWeights, kept, table) }
        return Selected(
            rows: ShardRows(covariates: Matrix(columns: covariates), responses: responses, weights: rowWeights)
                .chosen(kept), kept: kept, dropped: table.rowCount - kept.count)
    }

    /// The covariates, and the responses where the table has them (NaN where missing).
    ///
    /// - Parameter withResponses: whether the target is looked at; without, its column may hold anything.
    /// - Throws: as ``rows(of:)``.
    public func covariates(
        of table: DataTable, withResponses: Bool = true
    ) throws(ShardDataError) -> (covariates: Matrix, responses: [Double]?, kept: [Int]) {
        let covariates = try columns(of: table)
        try refuseUnusable(covariates, design.covariates, table)
        let kept = try keptRows(covariates, design.covariates, table)
        var responses: [Double]?
        if withResponses, table.columnNames.contains(design.target) {
            let all = try table.numbers(design.target)
            try refuseUnusable([all], [design.target], table)
            responses = kept.map { all[$0] }
        }
        return (Matrix(columns: covariates).rows(kept), responses, kept)
    }

    private func columns(of table: DataTable) throws(ShardDataError) -> [[Double]] {
        var result = [[Double]]()
        for name in design.covariates { result.append(try table.numbers(name)) }
        return result
    }

    private func refuseUnusable(
        _ columns: [[Double]], _ names: [String], _ table: DataTable
    ) throws(ShardDataError) {
        for (name, values) in zip(names, columns) {
            guard let row = values.firstIndex(where: { abs($0) > Self.largestValue }) else { continue }
            throw .unusableValue(
                source: table.source, line: table.line(ofRow: row), column: name, value: values[row])
        }
    }

    private func keptRows(
        _ columns: [[Double]], _ names: [String], _ table: DataTable
    ) throws(ShardDataError) -> [Int] {
        var complete = [Bool](repeating: true, count: table.rowCount)
        for (name, values) in zip(names, columns) {
            for (row, value) in values.enumerated() where value.isNaN {
                if missing == .error {
                    throw .missingValue(source: table.source, line: table.line(ofRow: row), column: name)
                }
                complete[row] = false
            }
        }
        return complete.indices.filter { complete[$0] }
    }

    private func refuseUnusableWeights(
        _ weights: [Double], _ kept: [Int], _ table: DataTable
    ) throws(ShardDataError) {
        for row in kept where !Self.isUsableWeight(weights[row]) {
            throw .unusableWeight(
                source: table.source, line: table.line(ofRow: row), column: self.weights ?? "", value: weights[row])
        }
        guard !table.isWhole || kept.isEmpty || kept.contains(where: { weights[$0] > 0 }) else {
            throw .allWeightsZero(source: table.source, column: self.weights ?? "")
        }
    }
}

extension ShardRows {
    /// The chosen rows; all of them without a copy.
    fileprivate func chosen(_ rows: [Int]) -> ShardRows { rows.count == rowCount ? self : subset(rows) }
}
