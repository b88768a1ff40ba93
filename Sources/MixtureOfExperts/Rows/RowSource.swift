import Numerics

/// Rows of one shard, wherever they lie: in memory, or in a file read piece by piece.
///
/// All that a fit asks of its rows is to see them block by block, in order, and now and then a few of them at once.
package protocol RowSource: Sendable {
    var rowCount: Int { get }
    var covariateCount: Int { get }
    /// Whether rows weigh differently.
    var isWeighted: Bool { get }

    /// Packs the rows of `range` into `block`, a block at a time, and calls `body` with the first row and the number of
    /// rows of each.
    func forEachBlock(in range: Range<Int>, _ block: borrowing RowBlock, _ body: (_ start: Int, _ count: Int) -> Void)

    /// The chosen rows, in the order given.
    func chosen(_ rows: [Int]) -> ShardRows
}

extension RowSource {
    /// The length of z = (1, x, y).
    package var momentCount: Int { covariateCount + 2 }

    /// `body` for each part of the rows, on all threads; the results in order, merged as they come.
    ///
    /// - Parameter body: gets the rows of a part.
    package func reduce<Result: Sendable>(
        _ parallelism: Parallelism, into first: Result, _ body: @Sendable (Range<Int>) -> Result,
        merge: @Sendable (inout Result, Result) -> Void
    ) -> Result {
        let partition = RowPartition(rowCount: rowCount)
        return parallelism.reduce(count: partition.count, into: first, { body(partition.rows($0)) }, merge: merge)
    }

    /// The chosen rows, in the order given.
    package func chosen(_ rows: [Int]) -> ShardRows {
        var covariates = Matrix(rowCount: rows.count, columnCount: covariateCount)
        var responses = [Double](repeating: 0, count: rows.count)
        var weights = [Double](repeating: 1, count: rows.count)
        let block = RowBlock(momentCount: momentCount)
        var first = 0
        while first < rows.count {
            // Rows that follow each other are looked at together.
            var end = first + 1
            while end < rows.count, rows[end] == rows[end - 1] + 1 { end += 1 }
            forEachBlock(in: rows[first]..<rows[end - 1] + 1, block) { start, count in
                for lane in 0..<count {
                    let index = first + start - rows[first] + lane
                    for column in 0..<covariateCount { covariates[index, column] = block.covariate(column)[lane] }
                    responses[index] = block.responses[lane]
                    weights[index] = block.weights[lane]
                }
            }
            first = end
        }
        return ShardRows(covariates: covariates, responses: responses, weights: isWeighted ? weights : nil)
    }
}

extension ShardRows: RowSource {
    package var covariateCount: Int { covariates.columnCount }
    package var isWeighted: Bool { weights != nil }

    package func forEachBlock(
        in range: Range<Int>, _ block: borrowing RowBlock, _ body: (_ start: Int, _ count: Int) -> Void
    ) {
        covariates.storage.withUnsafeBufferPointer { columns in
            responses.withUnsafeBufferPointer { responses in
                guard let target = responses.baseAddress else { return }
                for start in stride(from: range.lowerBound, to: range.upperBound, by: RowBlock.capacity) {
                    let count = min(RowBlock.capacity, range.upperBound - start)
                    for index in 0..<covariateCount {
                        block.pack(columns.baseAddress! + (index * rowCount + start), count: count, at: index + 1)
                    }
                    block.pack(target + start, count: count, at: momentCount - 1)
                    block.setWeights(count: count) { weight(start + $0) }
                    body(start, count)
                }
            }
        }
    }

    package func chosen(_ rows: [Int]) -> ShardRows { subset(rows) }
}
