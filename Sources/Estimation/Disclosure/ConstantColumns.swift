import MixtureOfExperts

/// The rows of a source as if some covariates had one value in all of them.
struct ConstantColumns: RowSource {
    let source: any RowSource
    /// Values by covariate.
    let values: [Int: Double]

    var rowCount: Int { source.rowCount }
    var covariateCount: Int { source.covariateCount }
    var isWeighted: Bool { source.isWeighted }

    func forEachBlock(in range: Range<Int>, _ block: borrowing RowBlock, _ body: (_ start: Int, _ count: Int) -> Void) {
        source.forEachBlock(in: range, block) { start, count in
            for (column, value) in values { block.covariate(column).update(repeating: value, count: count) }
            body(start, count)
        }
    }
}
