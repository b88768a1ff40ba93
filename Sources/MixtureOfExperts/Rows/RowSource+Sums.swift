import Numerics

extension RowSource {
    /// What the rows add up to, block by block: `add` takes a block into the sum of its part, `merge` brings the sums of the parts
    /// together in order.
    ///
    /// - Parameter none: the sum of no rows.
    package func sum<Sum: Sendable>(
        _ parallelism: Parallelism, from none: Sum,
        _ add: @Sendable (inout Sum, _ block: borrowing RowBlock, _ start: Int, _ count: Int) -> Void,
        merge: @Sendable (inout Sum, Sum) -> Void
    ) -> Sum {
        reduce(parallelism, into: none) { part in
            var sum = none
            let block = RowBlock(momentCount: momentCount)
            forEachBlock(in: part, block) { start, count in add(&sum, block, start, count) }
            return sum
        } merge: {
            merge(&$0, $1)
        }
    }
}

extension MixtureModel {
    /// The same with probabilities [expert][lane] of the rows of each block.
    package func sum<Sum: Sendable>(
        over rows: any RowSource, by probabilities: RowProbabilities, _ parallelism: Parallelism, from none: Sum,
        _ add:
            @Sendable (
                inout Sum, _ block: borrowing RowBlock, _ probabilities: UnsafePointer<Double>, _ start: Int,
                _ count: Int
            ) -> Void,
        merge: @Sendable (inout Sum, Sum) -> Void
    ) -> Sum {
        rows.reduce(parallelism, into: none) { part in
            var sum = none
            forEachBlock(of: rows, in: part) { pass, start, count in
                add(&sum, pass.block, UnsafePointer(pass[probabilities]), start, count)
            }
            return sum
        } merge: {
            merge(&$0, $1)
        }
    }
}

/// Of the experts, given a row.
package enum RowProbabilities: Sendable {
    /// π_k(x)
    case gates
    /// τ_k = π_k(x) φ_k(y | x) / f(y | x)
    case posteriors
}

extension StatisticsPass {
    fileprivate subscript(probabilities: RowProbabilities) -> UnsafeMutablePointer<Double> {
        switch probabilities {
        case .gates: gates
        case .posteriors: posteriors
        }
    }
}
