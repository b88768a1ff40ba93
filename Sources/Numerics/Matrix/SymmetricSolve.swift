#if canImport(Accelerate)
    import Accelerate
#else
    import COpenBLAS
#endif

/// The eigenvalues, ascending, and eigenvectors (columns) of a symmetric matrix, by LAPACK's `dsyevd`.
package func symmetricEigen(_ matrix: Matrix) -> (values: [Double], vectors: Matrix) {
    let size = matrix.rowCount
    guard size > 0 else { return ([], matrix) }
    BLAS.prepare()
    var vectors = matrix
    var values = [Double](repeating: 0, count: size)
    var order = LAPACKInteger(size)
    var leading = order
    var workCount = LAPACKInteger(1 + 6 * size + 2 * size * size)
    var integerCount = LAPACKInteger(3 + 5 * size)
    var work = [Double](repeating: 0, count: Int(workCount))
    var integerWork = [LAPACKInteger](repeating: 0, count: Int(integerCount))
    var info: LAPACKInteger = 0
    dsyevd_(
        "V", "L", &order, &vectors.storage, &leading, &values, &work, &workCount, &integerWork, &integerCount, &info)
    return (values, vectors)
}

/// A solution of A x = b for a symmetric positive semidefinite A.
///
/// The matrix is scaled to a unit diagonal first, so that the units of a covariate cannot decide what counts as
/// singular. A Cholesky factor serves where the condition allows; where columns are constant or collinear the
/// solution of least norm is taken, which leaves the undetermined directions at zero instead of failing.
package func solvePositiveSemidefinite(_ matrix: Matrix, _ right: [Double]) -> [Double] {
    let size = matrix.rowCount
    let scale = (0..<size).map { matrix[$0, $0] > 0 ? 1 / matrix[$0, $0].squareRoot() : 0 }
    var scaled = matrix
    for column in 0..<size {
        for row in 0..<size { scaled[row, column] *= scale[row] * scale[column] }
    }
    let target = zip(right, scale).map(*)
    if let cholesky = Cholesky(scaled), cholesky.reciprocalCondition(of: scaled) > 1e-11 {
        return zip(cholesky.solve(target), scale).map(*)
    }
    let (values, vectors) = symmetricEigen(scaled)
    let cut = 1e-10 * max(values.last ?? 0, 0)
    var solution = [Double](repeating: 0, count: size)
    for index in 0..<size where values[index] > cut {
        let coordinate = dot(vectors.column(index), target) / values[index]
        for row in 0..<size { solution[row] += coordinate * vectors[row, index] }
    }
    return zip(solution, scale).map(*)
}
