#if canImport(Accelerate)
    import Accelerate
#else
    import COpenBLAS
#endif

/// The few BLAS operations in use, behind one name on every platform.
package enum BLAS {
    /// Keeps the library's own threads out: the work is already spread over threads by blocks of rows, and sums
    /// must not depend on how many threads a library takes.
    private static let singleThreaded: Void = {
        #if !canImport(Accelerate)
            openblas_set_num_threads(1)
        #endif
    }()

    package static func prepare() { _ = singleThreaded }

    static func multiply(_ left: Matrix, _ right: Matrix) -> Matrix {
        precondition(left.columnCount == right.rowCount, "shapes do not match")
        var result = Matrix(rowCount: left.rowCount, columnCount: right.columnCount)
        if result.storage.isEmpty || left.columnCount == 0 { return result }
        prepare()
        cblas_dgemm(
            CblasColMajor, CblasNoTrans, CblasNoTrans, numericCast(left.rowCount), numericCast(right.columnCount),
            numericCast(left.columnCount), 1, left.storage, numericCast(left.rowCount), right.storage,
            numericCast(right.rowCount), 0, &result.storage, numericCast(left.rowCount))
        return result
    }
}
