import Foundation

#if canImport(Accelerate)
    import Accelerate
#else
    import COpenBLAS
#endif

/// The factor L of a symmetric positive definite matrix A = L L', by LAPACK's `dpotrf`.
package struct Cholesky: Sendable {
    /// The factor in the lower triangle; the strict upper triangle is zero.
    package let factor: Matrix

    /// Fails where the matrix is not positive definite in double precision.
    package init?(_ matrix: Matrix) {
        BLAS.prepare()
        var factor = matrix
        let size = matrix.rowCount
        if size > 0 {
            var order = LAPACKInteger(size)
            var leading = order
            var info: LAPACKInteger = 0
            dpotrf_("L", &order, &factor.storage, &leading, &info)
            guard info == 0 else { return nil }
        }
        for column in 0..<size {
            for row in 0..<column { factor[row, column] = 0 }
        }
        // dpotrf lets NaN through in the last pivot.
        guard (0..<size).allSatisfy({ factor[$0, $0] > 0 && factor[$0, $0].isFinite }) else { return nil }
        self.factor = factor
    }

    /// Fails also where the reciprocal condition in the 1-norm is not above `least`.
    package init?(_ matrix: Matrix, condition least: Double) {
        self.init(matrix)
        guard reciprocalCondition(of: matrix) > least else { return nil }
    }

    package var logDeterminant: Double {
        2 * (0..<factor.rowCount).reduce(0) { $0 + log(factor[$1, $1]) }
    }

    /// The solution of A x = b.
    package func solve(_ right: [Double]) -> [Double] {
        var solution = right
        var order = LAPACKInteger(factor.rowCount)
        var leading = order
        var columns: LAPACKInteger = 1
        var leadingRight = order
        var info: LAPACKInteger = 0
        if order > 0 { dpotrs_("L", &order, &columns, factor.storage, &leading, &solution, &leadingRight, &info) }
        return solution
    }

    /// The solution of L x = b.
    package func solveLower(_ right: [Double]) -> [Double] {
        var solution = right
        for column in 0..<factor.rowCount {
            solution[column] /= factor[column, column]
            let value = solution[column]
            for row in (column + 1)..<max(factor.rowCount, column + 1) {
                solution[row] -= value * factor[row, column]
            }
        }
        return solution
    }

    /// L x: turns a vector of independent standard normals into one with covariance A.
    package func multiplyLower(_ vector: [Double]) -> [Double] {
        var result = [Double](repeating: 0, count: vector.count)
        for row in 0..<factor.rowCount {
            for column in 0...row { result[row] += factor[row, column] * vector[column] }
        }
        return result
    }

    /// LAPACK's estimate of 1 / condition number in the 1-norm of the matrix that was factored.
    package func reciprocalCondition(of matrix: Matrix) -> Double {
        let size = factor.rowCount
        guard size > 0 else { return 1 }
        var norm = (0..<size).map { column in matrix.column(column).reduce(0) { $0 + abs($1) } }.max() ?? 0
        var order = LAPACKInteger(size)
        var leading = order
        var reciprocal = 0.0
        var work = [Double](repeating: 0, count: 3 * size)
        var integerWork = [LAPACKInteger](repeating: 0, count: size)
        var info: LAPACKInteger = 0
        dpocon_("L", &order, factor.storage, &leading, &norm, &reciprocal, &work, &integerWork, &info)
        return reciprocal
    }
}

#if canImport(Accelerate)
    typealias LAPACKInteger = __LAPACK_int
#else
    typealias LAPACKInteger = Int32
#endif
