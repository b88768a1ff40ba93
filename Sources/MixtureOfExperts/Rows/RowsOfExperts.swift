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

    package func forEachBlock(
        in range: Range<Int>, _ block: borrowing RowBlock, _ body: (_ start: Int, _ count: Int) -> Void
    ) {
        model.forEachBlock(of: source, in: range) { pass, start, count in
            block.values.update(from: pass.block.values, count: momentCount * RowBlock.capacity)
            block.setWeights(count: count) { lane in
                pass.block.weights[lane] * experts.reduce(0) { $0 + pass.posteriors[$1 * RowBlock.capacity + lane] }
            }
            body(start, count)
        }
    }
}
