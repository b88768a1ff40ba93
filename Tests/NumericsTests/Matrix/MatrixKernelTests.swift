import Numerics
import TestSupport
import Testing

/// Products, factors and solutions of every instruction set that this processor has.
@Suite struct MatrixKernelTests {
    static let avx512Comment: Comment = "this processor has no AVX-512"
    static var hasAVX512: Bool { InstructionSet.available.contains(.avx512) }

    @Test(arguments: InstructionSet.available) func productsAreThoseOfThePlainLoop(instructionSet: InstructionSet) {
        var random = RandomNumbers(seed: 1)
        let plain = PlainMatrices(instructionSet: instructionSet)
        for size in matrixSizes {
            let left = RandomData.matrix(size, 7, using: &random)
            let right = RandomData.matrix(7, size, using: &random)
            #expect(left.multiplied(by: right, instructionSet: instructionSet) == plain.product(left, right))
            #expect(right.multiplied(by: left, instructionSet: instructionSet) == plain.product(right, left))
        }
        for (rows, depth, columns) in [(1, 1, 1), (1, 300, 1), (257, 129, 13), (9, 385, 25), (300, 3, 2)] {
            let left = RandomData.matrix(rows, depth, using: &random)
            let right = RandomData.matrix(depth, columns, using: &random)
            #expect(left.multiplied(by: right, instructionSet: instructionSet) == plain.product(left, right))
        }
    }

    @Test(arguments: InstructionSet.available) func factorsAreThoseOfThePlainLoop(
        instructionSet: InstructionSet
    ) throws {
        var random = RandomNumbers(seed: 2)
        let plain = PlainMatrices(instructionSet: instructionSet)
        for size in matrixSizes + [200] {
            let matrix = RandomData.positiveDefinite(size, using: &random)
            let factor = try #require(Cholesky(matrix, instructionSet: instructionSet)).factor
            #expect(factor == plain.cholesky(matrix), "\(size)")
        }
    }

    /// ‖L L' - A‖ and ‖A x - b‖ are of the order of rounding (Higham, Accuracy and Stability, 2nd ed., theorems 10.3 and 10.4).
    @Test(arguments: InstructionSet.available) func residuals(instructionSet: InstructionSet) throws {
        var random = RandomNumbers(seed: 3)
        for size in matrixSizes + [300] {
            let matrix = RandomData.positiveDefinite(size, using: &random)
            let cholesky = try #require(Cholesky(matrix, instructionSet: instructionSet))
            let bound = Double(size + 1) * Double.ulpOfOne
            let product = cholesky.factor * cholesky.factor.transposed()
            #expect(product.minus(matrix).norm <= bound * matrix.norm, "\(size)")
            let right = RandomData.vector(size, using: &random)
            let solution = cholesky.solve(right)
            let residual = zip(matrix * solution, right).map { abs($0 - $1) }.max() ?? 0
            let length = solution.map(abs).max() ?? 0
            #expect(residual <= 4 * bound * matrix.norm * length, "\(size)")
            let half = cholesky.solveLower(right)
            #expect(difference(cholesky.multiplyLower(half), right) <= 4 * bound * (1 + cholesky.factor.norm))
        }
    }

    /// Only the lower triangle is read.
    @Test(arguments: InstructionSet.available) func theUpperTriangleDoesNotMatter(instructionSet: InstructionSet) throws
    {
        var random = RandomNumbers(seed: 4)
        for size in [2, 9, 30, 110] {
            let matrix = RandomData.positiveDefinite(size, using: &random)
            var spoiled = matrix
            for column in 0..<size { for row in 0..<column { spoiled[row, column] = .nan } }
            let factor = try #require(Cholesky(spoiled, instructionSet: instructionSet)).factor
            #expect(factor == Cholesky(matrix, instructionSet: instructionSet)?.factor)
            #expect(
                symmetricEigen(spoiled, instructionSet: instructionSet)
                    == symmetricEigen(matrix, instructionSet: instructionSet))
        }
    }

    /// A pivot that is no positive number, wherever it stands, is no factor; a tiny one is.
    @Test(arguments: InstructionSet.available, [1, 2, 6, 13, 97, 120]) func pivots(
        instructionSet: InstructionSet, size: Int
    ) throws {
        for position in Set([0, size / 2, size - 1]) {
            for pivot in [0, -0.0, -1, -5e-324, .nan, .infinity, -.infinity] as [Double] {
                var matrix = Matrix.identity(size)
                matrix[position, position] = pivot
                #expect(Cholesky(matrix, instructionSet: instructionSet) == nil, "\(pivot) at \(position)")
            }
            for pivot in [5e-324, 1e-310, 2.2e-308] {
                var matrix = Matrix.identity(size)
                matrix[position, position] = pivot
                let factor = try #require(Cholesky(matrix, instructionSet: instructionSet)).factor
                #expect(factor[position, position] == pivot.squareRoot())
            }
        }
        for value in [Double.nan, .infinity, -.infinity] where size > 1 {
            var matrix = Matrix.identity(size)
            matrix[size - 1, 0] = value
            #expect(Cholesky(matrix, instructionSet: instructionSet) == nil)
        }
    }

    /// A power of four in the matrix is one of two in its factor, to the last bit.
    @Test(arguments: InstructionSet.available) func scalesExactly(instructionSet: InstructionSet) throws {
        var random = RandomNumbers(seed: 5)
        for size in [1, 8, 33, 100] {
            let matrix = RandomData.positiveDefinite(size, using: &random)
            let factor = try #require(Cholesky(matrix, instructionSet: instructionSet)).factor
            for exponent in [-400, -2, 2, 400] {
                let scale = Double(sign: .plus, exponent: exponent, significand: 1)
                let scaled = try #require(Cholesky(scale * matrix, instructionSet: instructionSet)).factor
                #expect(scaled == scale.squareRoot() * factor)
            }
        }
    }

    @Test(.enabled(if: hasAVX512, avx512Comment)) func wideAndNarrowVectorsAreBitIdentical() throws {
        var random = RandomNumbers(seed: 6)
        for size in matrixSizes + [300] {
            let matrix = RandomData.positiveDefinite(size, using: &random)
            let right = RandomData.vector(size, using: &random)
            let narrow = try #require(Cholesky(matrix, instructionSet: .avx2))
            let wide = try #require(Cholesky(matrix, instructionSet: .avx512))
            #expect(narrow.factor == wide.factor && narrow.solve(right) == wide.solve(right))
            #expect(symmetricEigen(matrix, instructionSet: .avx2) == symmetricEigen(matrix, instructionSet: .avx512))
        }
    }

    /// Products that are rounded before they are added change a result by no more than rounding does.
    @Test func portableAgrees() throws {
        var random = RandomNumbers(seed: 7)
        for size in matrixSizes + [300] {
            let matrix = RandomData.positiveDefinite(size, using: &random)
            let right = RandomData.vector(size, using: &random)
            let best = try #require(Cholesky(matrix))
            let portable = try #require(Cholesky(matrix, instructionSet: .portable))
            let bound = 8 * Double(size + 1) * Double.ulpOfOne
            #expect(best.factor.minus(portable.factor).norm <= bound / best.reciprocalCondition(of: matrix))
            #expect(
                difference(best.solve(right), portable.solve(right))
                    <= bound / best.reciprocalCondition(of: matrix))
            #expect(
                difference(
                    symmetricEigen(matrix).values.map { $0 / matrix.norm },
                    symmetricEigen(matrix, instructionSet: .portable).values.map { $0 / matrix.norm }) <= bound)
        }
    }
}
