import Numerics
import TestSupport
import Testing

@Suite struct GeneralisedInverseTests {
    @Test(arguments: [1, 4, 30]) func inverts(size: Int) throws {
        var random = RandomNumbers(seed: UInt64(size))
        let matrix = RandomData.positiveDefinite(size, using: &random)
        let found = try #require(GeneralisedInverse(matrix))
        #expect(difference((matrix * found.inverse).storage, Matrix.identity(size).storage) < 1e-9)
        #expect(found.undetermined.isEmpty)
    }

    /// A A⁻ A = A and A⁻ A A⁻ = A⁻ for a matrix without rank; the last two of four columns are equal.
    @Test func singular() throws {
        var random = RandomNumbers(seed: 2)
        let root = RandomData.matrix(20, 3, using: &random)
        let columns = Matrix(columns: [0, 1, 2, 2].map { Array(root.column($0)) })
        let matrix = columns.transposed() * columns
        let found = try #require(GeneralisedInverse(matrix))
        #expect(difference((matrix * found.inverse * matrix).storage, matrix.storage) < 1e-9)
        #expect(difference((found.inverse * matrix * found.inverse).storage, found.inverse.storage) < 1e-9)
        #expect(found.undetermined == [2, 3])
    }

    /// Units that differ by many powers of ten are no reason to call a matrix singular.
    @Test func unitsDoNotMatter() throws {
        var random = RandomNumbers(seed: 3)
        var matrix = RandomData.positiveDefinite(3, using: &random)
        let plain = try #require(GeneralisedInverse(matrix)).inverse
        let units = [1e-9, 1, 1e9]
        for column in 0..<3 { for row in 0..<3 { matrix[row, column] *= units[row] * units[column] } }
        let found = try #require(GeneralisedInverse(matrix))
        #expect(found.undetermined.isEmpty)
        for index in 0..<3 {
            #expect(
                relativeError(found.inverse[index, index] * units[index] * units[index], plain[index, index]) < 1e-9)
        }
    }

    @Test func refusesNegativeDirections() {
        #expect(GeneralisedInverse(Matrix(columns: [[1, 2], [2, 1]])) == nil)
        #expect(GeneralisedInverse(Matrix(columns: [[1, 0], [0, -1]])) == nil)
        #expect(GeneralisedInverse(Matrix(columns: [[1, 0], [0, .nan]])) == nil)
    }
}
