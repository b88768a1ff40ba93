#if canImport(Accelerate)
    import Accelerate
#else
    import COpenBLAS
#endif

/// The weighted sums of a pass by BLAS alone, Σ_row u_f z_i z_j for `factors` weights f: the arithmetic of the pass
/// without its posteriors, to be compared with.
enum OpenBLASSums: String, CaseIterable {
    /// With the panel v[(i, j)][row] = z_i z_j of a block of 128 rows, all sums are one product U V'.
    case panel = "blas panel dgemm"
    /// One rank update for each weight, of rows multiplied by its root (the sign of a weight does not change the work).
    case rankUpdate = "blas dsyrk a weight"

    private var blockRows: Int { self == .panel ? 128 : 512 }

    /// Runs over `rows` rows of one block's made-up values.
    func run(rows: Int, columns: Int, factors: Int) {
        Dgemm.useOneThread()
        let block = blockRows
        let values = (0..<columns * block).map { Double(($0 * 7919) % 1009) / 1009 - 0.5 }
        let weights = (0..<factors * block).map { Double(($0 * 104_729) % 997) / 997 }
        let blocks = max(1, rows / block)
        switch self {
        case .panel: Self.panelSums(values, weights, blocks, columns, factors, block)
        case .rankUpdate: Self.rankUpdates(values, weights, blocks, columns, factors, block)
        }
    }

    private static func panelSums(
        _ values: [Double], _ weights: [Double], _ blocks: Int, _ columns: Int, _ factors: Int, _ rows: Int
    ) {
        let pairs = columns * (columns + 1) / 2
        var panel = [Double](repeating: 0, count: pairs * rows)
        var sums = [Double](repeating: 0, count: pairs * factors)
        for _ in 0..<blocks {
            formPanel(values, columns, rows, into: &panel)
            cblas_dgemm(
                CblasRowMajor, CblasNoTrans, CblasTrans, Int32(factors), Int32(pairs), Int32(rows), 1, weights,
                Int32(rows), panel, Int32(rows), 1, &sums, Int32(pairs))
        }
    }

    private static func formPanel(_ values: [Double], _ columns: Int, _ rows: Int, into panel: inout [Double]) {
        values.withUnsafeBufferPointer { values in
            panel.withUnsafeMutableBufferPointer { panel in
                var target = 0
                for first in 0..<columns {
                    for second in 0...first {
                        for row in 0..<rows {
                            panel[target + row] = values[first * rows + row] * values[second * rows + row]
                        }
                        target += rows
                    }
                }
            }
        }
    }

    private static func rankUpdates(
        _ values: [Double], _ weights: [Double], _ blocks: Int, _ columns: Int, _ factors: Int, _ rows: Int
    ) {
        var scaled = values
        var sums = [Double](repeating: 0, count: columns * columns * factors)
        sums.withUnsafeMutableBufferPointer { sums in
            guard let base = sums.baseAddress else { return }
            for step in 0..<blocks * factors {
                let factor = step % factors
                scale(values, by: weights, factor, columns, rows, into: &scaled)
                cblas_dsyrk(
                    CblasRowMajor, CblasLower, CblasNoTrans, Int32(columns), Int32(rows), 1, scaled, Int32(rows), 1,
                    base + factor * columns * columns, Int32(columns))
            }
        }
    }

    private static func scale(
        _ values: [Double], by weights: [Double], _ factor: Int, _ columns: Int, _ rows: Int,
        into scaled: inout [Double]
    ) {
        values.withUnsafeBufferPointer { values in
            weights.withUnsafeBufferPointer { weights in
                scaled.withUnsafeMutableBufferPointer { scaled in
                    for column in 0..<columns {
                        for row in 0..<rows {
                            scaled[column * rows + row] = values[column * rows + row] * weights[factor * rows + row]
                        }
                    }
                }
            }
        }
    }
}
