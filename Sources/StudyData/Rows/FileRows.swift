import Foundation
import MixtureOfExperts
import Tables

/// Rows of an array that are read from the file whenever they are looked at: memory does not grow with the file.
///
/// Reading a few blocks at a time was measured to be a third faster than mapping the file (10,000,000 x 21 numbers: 4.0 s for 5.5 s,
/// whole pages of the file having to be mapped one by one), and a file that becomes shorter is an error, not a crash.
struct FileRows: RowSource {
    let file: OpenFile
    let layout: ArrayLayout
    let columns: ArrayColumns

    var rowCount: Int { layout.rowCount }
    var covariateCount: Int { columns.covariates.count }
    var isWeighted: Bool { columns.weights != nil }

    /// Bytes to read at a time: large enough to make the call cheap, small enough for the second-level cache.
    private static let chunkBytes = 1 << 18

    func forEachBlock(in range: Range<Int>, _ block: borrowing RowBlock, _ body: (_ start: Int, _ count: Int) -> Void) {
        let width = layout.isFortranOrder ? columns.all.count : layout.columnCount
        let blocks = max(1, Self.chunkBytes / (width * layout.element.size * RowBlock.capacity))
        let chunkRows = min(blocks * RowBlock.capacity, range.count)
        guard chunkRows > 0 else { return }
        withUnsafeTemporaryAllocation(byteCount: chunkRows * width * layout.element.size, alignment: 64) { buffer in
            for start in stride(from: range.lowerBound, to: range.upperBound, by: chunkRows) {
                let count = min(chunkRows, range.upperBound - start)
                read(start..<start + count, chunkRows: chunkRows, into: buffer)
                pack(buffer, chunkRows: chunkRows, start..<start + count, block, body)
            }
        }
    }

    /// Whole rows where the file holds row after row, else a stretch of each column in use.
    private func read(_ rows: Range<Int>, chunkRows: Int, into buffer: UnsafeMutableRawBufferPointer) {
        let size = layout.element.size
        guard layout.isFortranOrder else {
            let bytes = rows.count * layout.columnCount * size
            return file.read(
                at: layout.offset(row: rows.lowerBound, column: 0),
                into: UnsafeMutableRawBufferPointer(rebasing: buffer[0..<bytes]))
        }
        for (index, column) in columns.all.enumerated() {
            let first = index * chunkRows * size
            file.read(
                at: layout.offset(row: rows.lowerBound, column: column),
                into: UnsafeMutableRawBufferPointer(rebasing: buffer[first..<first + rows.count * size]))
        }
    }

    private func pack(
        _ buffer: UnsafeMutableRawBufferPointer, chunkRows: Int, _ rows: Range<Int>, _ block: borrowing RowBlock,
        _ body: (_ start: Int, _ count: Int) -> Void
    ) {
        guard let base = buffer.baseAddress else { return }
        let size = layout.element.size
        let all = columns.all
        for start in stride(from: rows.lowerBound, to: rows.upperBound, by: RowBlock.capacity) {
            let count = min(RowBlock.capacity, rows.upperBound - start)
            let row = start - rows.lowerBound
            block.pack(columns, element: layout.element, count: count) { index in
                layout.isFortranOrder
                    ? (UnsafeRawPointer(base + (index * chunkRows + row) * size), 1)
                    : (UnsafeRawPointer(base + (row * layout.columnCount + all[index]) * size), layout.columnCount)
            }
            body(start, count)
        }
    }
}
