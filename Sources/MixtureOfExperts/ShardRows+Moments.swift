import LinearAlgebra

extension ShardRows {
    /// Weighted moments of (x, y), one for each column of `factors`: Σ_i (row weight · factor) …
    ///
    /// Meant for standardised rows: the sums are collected uncentred.
    /// - Parameter factors: rows x number of moments.
    package func moments(factors: Matrix) -> [Moments] {
        let count = factors.columnCount
        let lanes = RowBlock.capacity
        let momentCount = covariates.columnCount + 2
        let block = RowBlock(momentCount: momentCount)
        defer { block.deallocate() }
        let packed = PackedSymmetric.elementCount(size: momentCount)
        var sums = [Double](repeating: 0, count: count * packed)
        var squared = [Double](repeating: 0, count: count)
        var laneFactors = [Double](repeating: 0, count: count * lanes)
        for start in stride(from: 0, to: rowCount, by: lanes) {
            let rows = min(lanes, rowCount - start)
            block.load(self, start: start, count: rows)
            for index in 0..<count {
                for lane in 0..<lanes {
                    let factor = lane < rows ? factors[start + lane, index] : 0
                    let weighted = block.weights[lane] * factor
                    laneFactors[index * lanes + lane] = weighted
                    squared[index] += block.weights[lane] * weighted
                }
            }
            block.formPanel()
            block.addQuadratic(factors: laneFactors, count: count, into: &sums)
        }
        return (0..<count).map { index in
            let raw = PackedSymmetric(size: momentCount, storage: Array(sums[index * packed..<(index + 1) * packed]))
            return Moments(rawSums: raw, squaredWeight: squared[index])
        }
    }
}
