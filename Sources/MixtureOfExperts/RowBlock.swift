import LinearAlgebra

/// A block of rows packed as z[position][row], and the products of its columns.
///
/// All weighted sums of a block are one product of matrices: with the panel v[(i, j)][row] = z_i z_j, the sums
/// Σ u z z' of all factors u are U V'. Measured against one `dsyrk` per factor this is about twice as fast for
/// p = 21 and 15 factors.
package struct RowBlock {
    /// Rows in a block; small enough for the panel to stay in the second-level cache.
    package static let capacity = 128

    package let momentCount: Int
    package let values: UnsafeMutablePointer<Double>
    package let weights: UnsafeMutablePointer<Double>
    private let panel: UnsafeMutablePointer<Double>

    package init(momentCount: Int) {
        self.momentCount = momentCount
        values = .allocate(capacity: momentCount * Self.capacity)
        weights = .allocate(capacity: Self.capacity)
        panel = .allocate(capacity: PackedSymmetric.elementCount(size: momentCount) * Self.capacity)
        values.initialize(repeating: 0, count: momentCount * Self.capacity)
    }

    package func deallocate() {
        values.deallocate()
        weights.deallocate()
        panel.deallocate()
    }

    package func column(_ position: Int) -> UnsafeMutablePointer<Double> { values + position * Self.capacity }

    package var responses: UnsafeMutablePointer<Double> { column(momentCount - 1) }

    /// Packs rows `start ..< start + count`. Lanes beyond `count` repeat zeros with weight 0.
    package func load(_ rows: ShardRows, start: Int, count: Int) {
        for lane in 0..<Self.capacity { weights[lane] = lane < count ? rows.weight(start + lane) : 0 }
        fill(0) { _ in 1 }
        rows.covariates.storage.withUnsafeBufferPointer { source in
            for index in 0..<rows.covariates.columnCount {
                let offset = index * rows.rowCount + start
                fill(index + 1) { lane in lane < count ? source[offset + lane] : 0 }
            }
        }
        rows.responses.withUnsafeBufferPointer { source in
            fill(momentCount - 1) { lane in lane < count ? source[start + lane] : 0 }
        }
    }

    @inline(__always)
    private func fill(_ position: Int, _ value: (Int) -> Double) {
        let target = column(position)
        for lane in 0..<Self.capacity { target[lane] = value(lane) }
    }

    /// Forms the products z_i z_j; needed before ``addQuadratic(factors:count:into:)``.
    package func formPanel() {
        var target = panel
        for row in 0..<momentCount {
            let first = column(row)
            for other in 0...row {
                let second = column(other)
                for lane in 0..<Self.capacity { target[lane] = first[lane] * second[lane] }
                target += Self.capacity
            }
        }
    }

    /// sums[f][(i, j)] += Σ_lane factors[f][lane] z_i z_j
    package func addQuadratic(factors: UnsafePointer<Double>, count: Int, into sums: UnsafeMutablePointer<Double>) {
        guard count > 0 else { return }
        BLAS.multiplyTransposed(
            factors, rows: count, panel, columns: PackedSymmetric.elementCount(size: momentCount),
            inner: Self.capacity, stride: Self.capacity, into: sums, accumulate: true)
    }

    /// sums[f][i] += Σ_lane factors[f][lane] z_i
    package func addLinear(factors: UnsafePointer<Double>, count: Int, into sums: UnsafeMutablePointer<Double>) {
        guard count > 0 else { return }
        BLAS.multiplyTransposed(
            factors, rows: count, values, columns: momentCount, inner: Self.capacity, stride: Self.capacity,
            into: sums, accumulate: true)
    }

    /// result[j][lane] = Σ_i coefficients[j][i] z_i
    package func linearPredictors(coefficients: [Double], count: Int, into result: UnsafeMutablePointer<Double>) {
        for output in 0..<count {
            let target = result + output * Self.capacity
            let base = output * momentCount
            for lane in 0..<Self.capacity { target[lane] = coefficients[base] }
            for position in 1..<momentCount where coefficients[base + position] != 0 {
                let coefficient = coefficients[base + position]
                let source = column(position)
                for lane in 0..<Self.capacity { target[lane] += coefficient * source[lane] }
            }
        }
    }
}

/// Splits rows into consecutive parts that depend on the number of rows alone, so that sums over parts, merged in
/// order, have the same bits for any number of threads.
package struct RowPartition {
    package let rowCount: Int
    package let partSize: Int

    package init(rowCount: Int) {
        self.rowCount = rowCount
        // At most 64 accumulators in memory; at least 8 blocks in a part, to be worth a thread's while.
        let blocks = (rowCount + RowBlock.capacity - 1) / RowBlock.capacity
        partSize = max(8, (blocks + 63) / 64) * RowBlock.capacity
    }

    package var count: Int { (rowCount + partSize - 1) / partSize }

    package func forEachBlock(part: Int, _ body: (_ start: Int, _ count: Int) -> Void) {
        let end = min(rowCount, (part + 1) * partSize)
        for start in stride(from: part * partSize, to: end, by: RowBlock.capacity) {
            body(start, min(RowBlock.capacity, end - start))
        }
    }
}
