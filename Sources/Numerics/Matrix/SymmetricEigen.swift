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
