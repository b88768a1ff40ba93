import Numerics
import TestSupport
import Testing

/// A V = V Λ, V'V = 1 and ascending values, of every instruction set that this processor has.
@Suite struct SymmetricEigenTests {
    private func symmetric(_ size: Int, using random: inout RandomNumbers) -> Matrix {
        let half = RandomData.matrix(size, size, using: &random)
        var result = half
        result += half.transposed()
        return result
    }

    private func expectLaws(
        _ matrix: Matrix, _ instructionSet: InstructionSet, _ comment: Comment? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let size = matrix.rowCount
        let (values, vectors) = symmetricEigen(matrix, instructionSet: instructionSet)
        var scaled = vectors
        for column in 0..<size { for row in 0..<size { scaled[row, column] *= values[column] } }
        let bound = 4 * Double(size + 1) * Double.ulpOfOne
        #expect(values == values.sorted(), comment, sourceLocation: sourceLocation)
        #expect(
            (matrix * vectors).minus(scaled).norm <= bound * matrix.norm, comment, sourceLocation: sourceLocation)
        #expect(
            (vectors.transposed() * vectors).minus(.identity(size)).norm <= bound, comment,
            sourceLocation: sourceLocation)
    }

    @Test(arguments: InstructionSet.available) func anySize(instructionSet: InstructionSet) {
        var random = RandomNumbers(seed: 1)
        for size in matrixSizes + [300] {
            expectLaws(symmetric(size, using: &random), instructionSet, "\(size)")
        }
    }

    /// Values of very different size, in falling and in rising order along the diagonal.
    @Test(arguments: InstructionSet.available, [1e-1, 1e-3, 1e-15, 1e1, 1e3, 1e15]) func graded(
        instructionSet: InstructionSet, ratio: Double
    ) {
        var random = RandomNumbers(seed: 2)
        var matrix = symmetric(12, using: &random)
        var scale = 1.0
        var scales = [Double]()
        for _ in 0..<12 {
            scales.append(scale)
            scale *= ratio
        }
        for column in 0..<12 { for row in 0..<12 { matrix[row, column] *= scales[row] * scales[column] } }
        guard matrix.storage.allSatisfy({ $0.isFinite }) else {
            #expect(symmetricEigen(matrix, instructionSet: instructionSet).values.allSatisfy { $0.isNaN })
            return
        }
        expectLaws(matrix, instructionSet)
    }

    /// Repeated values: of projections, of the identity, of nothing.
    @Test(arguments: InstructionSet.available, [1, 2, 7, 40, 100]) func repeated(
        instructionSet: InstructionSet, size: Int
    ) {
        let identity = symmetricEigen(.identity(size), instructionSet: instructionSet)
        #expect(identity.values == [Double](repeating: 1, count: size) && identity.vectors == .identity(size))
        let zero = symmetricEigen(Matrix(rowCount: size, columnCount: size), instructionSet: instructionSet)
        #expect(zero.values == [Double](repeating: 0, count: size) && zero.vectors == .identity(size))
        let ones = Matrix(rowCount: size, columnCount: size, repeating: 1)
        expectLaws(ones, instructionSet)
        let values = symmetricEigen(ones, instructionSet: instructionSet).values
        let expected = [Double](repeating: 0, count: size - 1) + [Double(size)]
        #expect(difference(values.map { $0 / Double(size) }, expected.map { $0 / Double(size) }) < 1e-14)
    }

    @Test(arguments: InstructionSet.available, [2, 9, 60]) func withoutRank(instructionSet: InstructionSet, size: Int) {
        var random = RandomNumbers(seed: 4)
        for rank in Set([1, size / 2, size - 1]) {
            let root = RandomData.matrix(size, rank, using: &random)
            let matrix = root * root.transposed()
            expectLaws(matrix, instructionSet)
            let values = symmetricEigen(matrix, instructionSet: instructionSet).values
            let largest = values[size - 1]
            #expect(values.prefix(size - rank).allSatisfy { abs($0) < 1e-13 * largest })
            #expect(values.suffix(rank).allSatisfy { $0 > 1e-10 * largest })
        }
    }

    /// A diagonal is its own answer; blocks that do not touch stay apart.
    @Test(arguments: InstructionSet.available) func diagonalAndBlocks(instructionSet: InstructionSet) {
        var matrix = Matrix(rowCount: 4, columnCount: 4)
        for (index, value) in [3.0, -1, 2, 1e-300].enumerated() { matrix[index, index] = value }
        let (values, vectors) = symmetricEigen(matrix, instructionSet: instructionSet)
        #expect(values == [-1, 1e-300, 2, 3])
        #expect(vectors == Matrix(columns: [[0, 1, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0], [1, 0, 0, 0]]))
        var random = RandomNumbers(seed: 5)
        var blocks = Matrix(rowCount: 30, columnCount: 30)
        for first in [0, 7, 19] { blocks.insert(symmetric(7, using: &random), at: first, first) }
        expectLaws(blocks, instructionSet)
    }

    /// A power of two in the matrix is one in its values, and the vectors are bit-identical.
    @Test(arguments: InstructionSet.available) func scalesExactly(instructionSet: InstructionSet) {
        var random = RandomNumbers(seed: 6)
        for size in [1, 5, 20, 70] {
            let matrix = symmetric(size, using: &random)
            let (values, vectors) = symmetricEigen(matrix, instructionSet: instructionSet)
            for exponent in [-900, -1, 3, 900] {
                let scale = Double(sign: .plus, exponent: exponent, significand: 1)
                let scaled = symmetricEigen(scale * matrix, instructionSet: instructionSet)
                #expect(scaled.values == values.map { scale * $0 } && scaled.vectors == vectors)
            }
        }
    }

    /// The ends of the numbers: the smallest and the largest.
    @Test(arguments: InstructionSet.available) func extremes(instructionSet: InstructionSet) {
        for value in [5e-324, 1e-310, 1e300] {
            let matrix = Matrix(columns: [[0, value], [value, 0]])
            let values = symmetricEigen(matrix, instructionSet: instructionSet).values
            #expect(difference(values.map { $0 / value }, [-1, 1]) < 1e-15)
        }
        // What is beside the largest like nothing does not spoil the vectors.
        let matrix = Matrix(columns: [[1, 1e-160, 3e-161], [1e-160, 1e-170, 1e-165], [3e-161, 1e-165, 0]])
        expectLaws(matrix, instructionSet)
    }

    /// It returns, and says that there is no answer.
    @Test(arguments: InstructionSet.available, [Double.nan, .infinity, -.infinity]) func whatIsNotFinite(
        instructionSet: InstructionSet, value: Double
    ) {
        for (row, column) in [(0, 0), (4, 0), (4, 4), (3, 2)] {
            var matrix = Matrix.identity(5)
            matrix[row, column] = value
            let (values, vectors) = symmetricEigen(matrix, instructionSet: instructionSet)
            #expect(values.count == 5 && values.allSatisfy { $0.isNaN })
            #expect(vectors.rowCount == 5 && vectors.columnCount == 5 && vectors.storage.allSatisfy { $0.isNaN })
        }
    }

    @Test func nothing() {
        let (values, vectors) = symmetricEigen(Matrix(rowCount: 0, columnCount: 0))
        #expect(values.isEmpty && vectors.storage.isEmpty)
    }
}
