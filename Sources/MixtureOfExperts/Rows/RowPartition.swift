/// Splits rows into consecutive parts that depend on the number of rows alone, so that sums over parts, merged in
/// order, are bit-identical for any number of threads.
package struct RowPartition {
    package let rowCount: Int
    package let partSize: Int

    package init(rowCount: Int) {
        self.rowCount = rowCount
        // At least 2048 rows in a part, to be worth a thread's while; at most 256 parts, to keep merging cheap.
        let blocks = (rowCount + RowBlock.capacity - 1) / RowBlock.capacity
        partSize = max(32, (blocks + 255) / 256) * RowBlock.capacity
    }

    package var count: Int { (rowCount + partSize - 1) / partSize }

    package func rows(_ part: Int) -> Range<Int> {
        part * partSize..<min(rowCount, (part + 1) * partSize)
    }
}
