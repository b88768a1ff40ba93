import MixtureOfExperts
import Synchronization

/// Counts the rows that pass, on any number of threads.
final class RowCounter: Sendable {
    private let rows = Atomic(0)

    func add(_ count: Int) { rows.add(count, ordering: .relaxed) }

    var count: Int { rows.load(ordering: .sequentiallyConsistent) }
}

/// Rows that tell a counter how many of them were looked at.
struct CountedRows: RowSource {
    let source: any RowSource
    let counter: RowCounter

    var rowCount: Int { source.rowCount }
    var covariateCount: Int { source.covariateCount }
    var isWeighted: Bool { source.isWeighted }

    func forEachBlock(in range: Range<Int>, _ block: borrowing RowBlock, _ body: (_ start: Int, _ count: Int) -> Void) {
        counter.add(range.count)
        source.forEachBlock(in: range, block, body)
    }

    func chosen(_ rows: [Int]) -> ShardRows {
        counter.add(rows.count)
        return source.chosen(rows)
    }
}
