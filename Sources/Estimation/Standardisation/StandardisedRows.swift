import MixtureOfExperts

/// The rows of a source in standard units, with weights of mean 1, changed as they pass: no second copy of the data.
struct StandardisedRows: RowSource {
    let source: any RowSource
    let standardisation: Standardisation
    /// The mean weight of the rows as they came.
    let weightUnit: Double

    var rowCount: Int { source.rowCount }
    var covariateCount: Int { source.covariateCount }
    var isWeighted: Bool { source.isWeighted }

    func forEachBlock(in range: Range<Int>, _ block: borrowing RowBlock, _ body: (_ start: Int, _ count: Int) -> Void) {
        let factors = (0...covariateCount).map(standardisation.factor)
        source.forEachBlock(in: range, block) { start, count in
            for (column, factor) in factors.enumerated() {
                block.standardise(
                    column + 1, count: count, center: standardisation.center[column], factor: factor)
            }
            if weightUnit != 1 {
                for lane in 0..<RowBlock.capacity { block.weights[lane] /= weightUnit }
            }
            body(start, count)
        }
    }

    func chosen(_ rows: [Int]) -> ShardRows {
        let chosen = standardisation.standardised(source.chosen(rows))
        return ShardRows(
            covariates: chosen.covariates, responses: chosen.responses,
            weights: chosen.weights?.map { $0 / weightUnit })
    }
}
