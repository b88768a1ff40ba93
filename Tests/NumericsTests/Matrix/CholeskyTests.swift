import Foundation
import Numerics
import TestSupport
import Testing

@Suite struct CholeskyTests {
    @Test(arguments: [1, 2, 7, 30]) func factorsAndSolves(size: Int) throws {
        var random = RandomNumbers(seed: UInt64(size))
        let matrix = RandomData.positiveDefinite(size, using: &random)
        let cholesky = try #require(Cholesky(matrix))
        #expect(difference((cholesky.factor * cholesky.factor.transposed()).storage, matrix.storage) < 1e-13)
        let expected = RandomData.vector(size, using: &random)
        #expect(difference(cholesky.solve(matrix * expected), expected) < 1e-11)
        #expect(difference(cholesky.solveLower(cholesky.multiplyLower(expected)), expected) < 1e-12)
        #expect(difference(cholesky.multiplyLower(expected), cholesky.factor * expected) < 1e-13)
    }

    @Test func upperTriangleIsZero() throws {
        var random = RandomNumbers(seed: 3)
        let factor = try #require(Cholesky(RandomData.positiveDefinite(5, using: &random))).factor
        for column in 0..<5 { for row in 0..<column { #expect(factor[row, column] == 0) } }
    }

    @Test func logDeterminant() throws {
        // det [[4, 2], [2, 3]] = 8.
        let small = try #require(Cholesky(Matrix(columns: [[4, 2], [2, 3]])))
        #expect(difference(small.logDeterminant, log(8)) < 1e-15)
        var random = RandomNumbers(seed: 4)
        let matrix = RandomData.positiveDefinite(12, using: &random)
        let eigenvalues = symmetricEigen(matrix).values
        let large = try #require(Cholesky(matrix))
        #expect(difference(large.logDeterminant, eigenvalues.map { log($0) }.reduce(0, +)) < 1e-12)
    }

    @Test func refusesWhatIsNotPositiveDefinite() {
        #expect(Cholesky(Matrix(columns: [[1, 2], [2, 1]])) == nil)
        #expect(Cholesky(Matrix(columns: [[0]])) == nil)
        #expect(Cholesky(Matrix(columns: [[1, 0], [0, -1e-300]])) == nil)
    }

    @Test(arguments: [Double.nan, .infinity]) func refusesWhatIsNotFinite(value: Double) {
        for position in [(0, 0), (1, 0), (2, 1), (2, 2)] {
            var matrix = Matrix.identity(3)
            matrix[position.0, position.1] = value
            matrix[position.1, position.0] = value
            #expect(Cholesky(matrix) == nil, "at \(position)")
        }
    }

    @Test func nothingToFactor() throws {
        let empty = try #require(Cholesky(Matrix(rowCount: 0, columnCount: 0)))
        #expect(empty.logDeterminant == 0)
        #expect(empty.solve([]).isEmpty)
    }

    /// For a diagonal matrix the condition in the 1-norm is the ratio of the extreme elements.
    @Test func reciprocalCondition() throws {
        var matrix = Matrix.identity(4)
        matrix[2, 2] = 1e-7
        let cholesky = try #require(Cholesky(matrix))
        #expect(relativeError(cholesky.reciprocalCondition(of: matrix), 1e-7) < 1e-10)
    }

    /// The estimate is of a maximum: never below the true value but for rounding, and rarely far above.
    @Test(arguments: [2, 5, 20, 60]) func conditionBesideThatOfTheInverse(size: Int) throws {
        var random = RandomNumbers(seed: UInt64(size))
        for _ in 0..<10 {
            let root = RandomData.matrix(size, size, using: &random)
            let matrix = root * root.transposed()
            let cholesky = try #require(Cholesky(matrix))
            let inverse = Matrix(
                columns: (0..<size).map { column in cholesky.solve(Array(Matrix.identity(size).column(column))) })
            let condition = 1 / (matrix.norm * inverse.norm)
            let estimate = cholesky.reciprocalCondition(of: matrix)
            #expect(estimate >= condition * (1 - 1e-12))
            #expect(estimate <= 3 * condition)
        }
    }
}
