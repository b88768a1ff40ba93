import Numerics

/// The rows of one shard: covariates in the order of a ``Design``, responses and row weights.
package struct ShardRows: Sendable {
    /// rowCount x covariateCount.
    package let covariates: Matrix
    package let responses: [Double]
    /// One nonnegative weight per row; nil where all weigh 1.
    ///
    /// A weight of 2 counts as the row twice.
    package let weights: [Double]?

    package init(covariates: Matrix, responses: [Double], weights: [Double]? = nil) {
        precondition(covariates.rowCount == responses.count, "one response per row")
        precondition(weights == nil || weights?.count == responses.count, "one weight per row")
        self.covariates = covariates
        self.responses = responses
        self.weights = weights
    }

    package var rowCount: Int { responses.count }
    package var totalWeight: Double { weights?.reduce(0, +) ?? Double(rowCount) }

    package func weight(_ row: Int) -> Double { weights?[row] ?? 1 }

    /// The chosen rows, in the order given.
    package func subset(_ rows: [Int]) -> ShardRows {
        ShardRows(
            covariates: covariates.rows(rows), responses: rows.map { responses[$0] },
            weights: weights.map { all in rows.map { all[$0] } })
    }

    /// A row of weight 0 is an absent row.
    package func withoutWeightlessRows() -> ShardRows {
        guard let weights, weights.contains(0) else { return self }
        return subset(weights.indices.filter { weights[$0] > 0 })
    }

    /// All rows of several shards, one after the other.
    package static func concatenation(_ shards: [ShardRows]) -> ShardRows {
        let rowCount = shards.reduce(0) { $0 + $1.rowCount }
        let columnCount = shards.first?.covariates.columnCount ?? 0
        var storage = [Double]()
        storage.reserveCapacity(rowCount * columnCount)
        for column in 0..<columnCount {
            for shard in shards { storage.append(contentsOf: shard.covariates.column(column)) }
        }
        let weighted = shards.contains { $0.weights != nil }
        return ShardRows(
            covariates: Matrix(rowCount: rowCount, columnCount: columnCount, storage: storage),
            responses: shards.flatMap(\.responses),
            weights: weighted
                ? shards.flatMap { $0.weights ?? [Double](repeating: 1, count: $0.rowCount) } : nil)
    }
}
