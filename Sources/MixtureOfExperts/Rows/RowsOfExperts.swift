/// The rows of a source, each with the share of its weight that belongs to some experts by their posteriors.
package struct RowsOfExperts: RowSource {
    let source: any RowSource
    let model: MixtureModel
    let experts: [Int]

    package init(_ source: any RowSource, model: MixtureModel, experts: [Int]) {
        self.source = source
        self.model = model
        self.experts = experts
    }

    package var rowCount: Int { source.rowCount }
    package var covariateCount: Int { source.covariateCount }
    package var isWeighted: Bool { true }

    package func forEachBlock(in range: Range<Int>, _ block: RowBlock, _ body: (_ start: Int, _ count: Int) -> Void) {
        var start = range.lowerBound
        model.forEachPosterior(of: source, in: range) { packed, posteriors, count in
            block.values.update(from: packed.values, count: momentCount * RowBlock.capacity)
            block.setWeights(count: count) { lane in
                packed.weights[lane] * experts.reduce(0) { $0 + posteriors[$1 * RowBlock.capacity + lane] }
            }
            body(start, count)
            start += count
        }
    }
}
