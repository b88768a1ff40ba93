/// The rows of a source without a few of them, where they lie: no copy of the others.
package struct RowsWithout: RowSource {
    private let source: any RowSource
    /// Ascending.
    private let leftOut: [Int]

    package init(_ leftOut: Set<Int>, of source: any RowSource) {
        self.source = source
        self.leftOut = leftOut.sorted()
    }

    package var rowCount: Int { source.rowCount - leftOut.count }
    package var covariateCount: Int { source.covariateCount }
    package var isWeighted: Bool { source.isWeighted }

    package func forEachBlock(
        in range: Range<Int>, _ block: borrowing RowBlock, _ body: (_ start: Int, _ count: Int) -> Void
    ) {
        var first = range.lowerBound
        while first < range.upperBound {
            let before = leftOutBefore(first)
            // Rows up to the next one that is left out lie together in the source.
            let next = before < leftOut.count ? leftOut[before] - before : rowCount
            let end = min(next, range.upperBound)
            source.forEachBlock(in: first + before..<end + before, block) { body($0 - before, $1) }
            first = end
        }
    }

    package func chosen(_ rows: [Int]) -> ShardRows { source.chosen(rows.map { $0 + leftOutBefore($0) }) }

    /// How many rows of the source that are left out come before a row that stays.
    private func leftOutBefore(_ row: Int) -> Int {
        var (low, high) = (0, leftOut.count)
        while low < high {
            let middle = (low + high) / 2
            if leftOut[middle] - middle <= row { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
