import Foundation
import MixtureOfExperts

/// Rows of an array in a file that is mapped into memory: nothing is copied but the block at work.
struct MappedRows: RowSource {
    let bytes: Data
    let layout: ArrayLayout
    let columns: ArrayColumns

    var rowCount: Int { layout.rowCount }
    var covariateCount: Int { columns.covariates.count }
    var isWeighted: Bool { columns.weights != nil }

    func forEachBlock(in range: Range<Int>, _ block: RowBlock, _ body: (_ start: Int, _ count: Int) -> Void) {
        let all = columns.all
        bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress else { return }
            for start in stride(from: range.lowerBound, to: range.upperBound, by: RowBlock.capacity) {
                let count = min(RowBlock.capacity, range.upperBound - start)
                block.pack(columns, element: layout.element, count: count) {
                    (base + layout.offset(row: start, column: all[$0]), layout.rowStride)
                }
                body(start, count)
            }
        }
    }
}
