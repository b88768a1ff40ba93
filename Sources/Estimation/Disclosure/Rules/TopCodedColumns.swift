import MixtureOfExperts

/// The rows of a source with the extreme values of some columns moved to a bound (top-coding).
struct TopCodedColumns: RowSource {
    let source: any RowSource
    /// Of values by column, the one after the covariates being the response.
    let bounds: [Int: ClosedRange<Double>]

    var rowCount: Int { source.rowCount }
    var covariateCount: Int { source.covariateCount }
    var isWeighted: Bool { source.isWeighted }

    func forEachBlock(in range: Range<Int>, _ block: borrowing RowBlock, _ body: (_ start: Int, _ count: Int) -> Void) {
        source.forEachBlock(in: range, block) { start, count in
            for (column, range) in bounds {
                let values = block.column(column + 1)
                for row in 0..<count { values[row] = min(max(values[row], range.lowerBound), range.upperBound) }
            }
            body(start, count)
        }
    }
}
