import Numerics

extension ShardRows {
    /// Weighted moments of (x, y), one for each column of `factors`: Σ_i (row weight · factor) ….
    ///
    /// Meant for standardised rows: the sums are collected uncentred.
    /// - Parameter factors: rows x number of moments.
    package func moments(factors: Matrix) -> [Moments] {
        let count = factors.columnCount
        let lanes = RowBlock.capacity
        let block = RowBlock(momentCount: momentCount)
        let sums = BlockSums(.quadratic, factorCount: count, momentCount: momentCount)
        var squared = [Double](repeating: 0, count: count)
        var laneFactors = [Double](repeating: 0, count: count * lanes)
        forEachBlock(in: 0..<rowCount, block) { start, rows in
            for index in 0..<count {
                for lane in 0..<lanes {
                    let factor = lane < rows ? factors[start + lane, index] : 0
                    let weighted = block.weights[lane] * factor
                    laneFactors[index * lanes + lane] = weighted
                    squared[index] += block.weights[lane] * weighted
                }
            }
            sums.add(block, factors: laneFactors, responseFactors: count)
        }
        return zip(sums.matrices(responseFactors: count), squared).map { Moments(rawSums: $0, squaredWeight: $1) }
    }
}
