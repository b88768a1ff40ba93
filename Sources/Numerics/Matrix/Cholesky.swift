import CKernels
import Foundation

/// The factor L of a symmetric positive definite matrix A = L L'.
package struct Cholesky: Sendable {
    /// The factor in the lower triangle; the strict upper triangle is zero.
    package let factor: Matrix
    private let instructionSet: InstructionSet

    /// Fails where the matrix is not positive definite in double precision, or not finite.
    ///
    /// Only its lower triangle is read.
    package init?(_ matrix: Matrix, instructionSet: InstructionSet = .best) {
        precondition(matrix.rowCount == matrix.columnCount, "a square matrix")
        let size = matrix.rowCount
        var isPositive = true
        let factor = [Double](unsafeUninitializedCapacity: size * size) { result, initialised in
            guard let target = result.baseAddress, size > 0 else { return }
            isPositive = withWorkingMemory(ckernels_cholesky_room(size)) { room in
                instructionSet.matrixKernels.cholesky(matrix.storage, size, target, room) != 0
            }
            initialised = isPositive ? size * size : 0
        }
        guard isPositive else { return nil }
        self.factor = Matrix(rowCount: size, columnCount: size, storage: factor)
        self.instructionSet = instructionSet
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
        precondition(right.count == factor.rowCount, "a vector of the size of the matrix")
        var solution = right
        let kernels = instructionSet.matrixKernels
        kernels.solve_lower(factor.storage, right.count, &solution)
        kernels.solve_lower_transposed(factor.storage, right.count, &solution)
        return solution
    }

    /// A⁻¹.
    package var inverse: Matrix {
        let size = factor.rowCount
        return Matrix(
            columns: (0..<size).map { column in solve((0..<size).map { $0 == column ? 1 : 0 }) })
    }

    /// The solution of L x = b.
    package func solveLower(_ right: [Double]) -> [Double] {
        precondition(right.count == factor.rowCount, "a vector of the size of the matrix")
        var solution = right
        instructionSet.matrixKernels.solve_lower(factor.storage, right.count, &solution)
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
}
