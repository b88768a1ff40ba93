import CKernels

/// The eigenvalues, ascending, and eigenvectors (columns) of a symmetric matrix, of which only the lower triangle is read.
///
/// By Householder reflections to tridiagonal form and implicit QL. A V - V Λ and V'V - 1 are of the order of rounding, the former
/// relative to the largest eigenvalue. All values are NaN where an element is not finite, and if the iterations should not converge,
/// which is not known to happen.
package func symmetricEigen(
    _ matrix: Matrix, instructionSet: InstructionSet = .best
) -> (values: [Double], vectors: Matrix) {
    precondition(matrix.rowCount == matrix.columnCount, "a square matrix")
    let size = matrix.rowCount
    guard size > 0 else { return ([], matrix) }
    let scaled = ScaledLowerTriangle(matrix)
    var eigen: (values: [Double], vectors: Matrix)?
    if let scaled {
        eigen = scaled.eigen(instructionSet.matrixKernels)
    }
    return eigen ?? ([Double](repeating: .nan, count: size), Matrix(rowCount: size, columnCount: size, repeating: .nan))
}

/// A symmetric matrix over the power of two that makes its largest element one of about 1: squares neither overflow nor vanish, and
/// a power of two in the matrix is one in its eigenvalues.
private struct ScaledLowerTriangle {
    let size: Int
    /// Of the columns: the size, rounded up to whole vectors.
    let stride: Int
    /// The columns, zeros above the diagonal and in the padding.
    var columns: [Double]
    let unit: Double

    /// Fails where an element is not finite.
    init?(_ matrix: Matrix) {
        size = matrix.rowCount
        stride = (size + 7) / 8 * 8
        columns = [Double](repeating: 0, count: stride * stride)
        var largest = 0.0
        for column in 0..<size {
            for row in column..<size {
                let value = abs(matrix[row, column])
                guard value.isFinite else { return nil }
                largest = max(largest, value)
            }
        }
        unit = largest > 0 ? Double(sign: .plus, exponent: max(Int(largest.exponent), -1000), significand: 1) : 1
        for column in 0..<size {
            for row in column..<size { columns[row + column * stride] = matrix[row, column] * (1 / unit) }
        }
    }

    /// Nil where the iterations do not converge.
    consuming func eigen(_ kernels: CKernelsMatrixTable) -> (values: [Double], vectors: Matrix)? {
        var diagonal = [Double](repeating: 0, count: size)
        var subdiagonal = diagonal
        var scales = [Double](repeating: 0, count: stride)
        let panelRows = Int(CKERNELS_PANEL_ROWS)
        let panelCount = (size + panelRows - 1) / panelRows * panelRows * size
        return withWorkingMemory(4 * stride) { room in
            kernels.tridiagonalise(&columns, stride, size, &diagonal, &subdiagonal, &scales, room)
            return withWorkingMemory(panelCount) { panels in
                kernels.accumulate_reflections(columns, stride, size, scales, panels, room)
                var iteration = TridiagonalQL(diagonal: diagonal, subdiagonal: subdiagonal)
                let converged = iteration.run { sweeps, rotations in
                    kernels.rotate(panels, size, sweeps, sweeps.count / 2, rotations)
                }
                return converged ? sorted(iteration.diagonal, panels) : nil
            }
        }
    }

    private func sorted(
        _ values: [Double], _ panels: UnsafeMutablePointer<Double>
    ) -> (values: [Double], vectors: Matrix) {
        let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
        var vectors = Matrix(rowCount: size, columnCount: size)
        for (column, source) in order.enumerated() {
            for row in 0..<size {
                vectors[row, column] = panels[row / 8 * 8 * size + source * 8 + row % 8]
            }
        }
        return (order.map { values[$0] * unit }, vectors)
    }
}
