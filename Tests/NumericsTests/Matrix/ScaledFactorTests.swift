import Numerics
import TestSupport
import Testing

@Suite struct ScaledFactorTests {
    @Test(arguments: [1, 2, 9, 40]) func eigenvectorsReconstruct(size: Int) {
        var random = RandomNumbers(seed: UInt64(size))
        let half = RandomData.matrix(size, size, using: &random)
        var matrix = half
        for column in 0..<size { for row in 0..<size { matrix[row, column] += half[column, row] } }
        let (values, vectors) = symmetricEigen(matrix)
        #expect(values == values.sorted())
        var scaled = vectors
        for column in 0..<size { for row in 0..<size { scaled[row, column] *= values[column] } }
        #expect(difference((scaled * vectors.transposed()).storage, matrix.storage) < 1e-12)
        #expect(
            difference((vectors.transposed() * vectors).storage, Matrix.identity(size).storage) < 1e-12)
    }

    @Test func knownEigenvalues() {
        #expect(difference(symmetricEigen(Matrix(columns: [[2, 1], [1, 2]])).values, [1, 3]) < 1e-15)
    }

    /// Of all solutions of x₁ + x₂ = 2 the shortest is (1, 1).
    @Test func leastNormWhereSingular() {
        let solution = solvePositiveSemidefinite(Matrix(columns: [[1, 1], [1, 1]]), [2, 2])
        #expect(difference(solution, [1, 1]) < 1e-12)
    }

    @Test func residualVanishesWhereSingular() {
        var random = RandomNumbers(seed: 8)
        // Rank 3 of 6.
        let root = RandomData.matrix(6, 3, using: &random)
        let matrix = root * root.transposed()
        let right = matrix * RandomData.vector(6, using: &random)
        let solution = solvePositiveSemidefinite(matrix, right)
        #expect(difference(matrix * solution, right) < 1e-10)
    }

    @Test func undeterminedDirectionsStayAtZero() {
        var matrix = Matrix.identity(3)
        matrix[1, 1] = 0
        #expect(solvePositiveSemidefinite(matrix, [5, 0, -2]) == [5, 0, -2])
        #expect(solvePositiveSemidefinite(Matrix(rowCount: 2, columnCount: 2), [0, 0]) == [0, 0])
    }

    /// D A D x = b has the solution D⁻¹ (A⁻¹ (D⁻¹ b)): units must not decide what counts as singular.
    @Test func unitsDoNotMatter() {
        var random = RandomNumbers(seed: 9)
        let matrix = RandomData.positiveDefinite(4, using: &random)
        let expected = RandomData.vector(4, using: &random)
        let right = matrix * expected
        let units = [1e-9, 1, 1e7, 1e12]
        var scaled = matrix
        for column in 0..<4 { for row in 0..<4 { scaled[row, column] *= units[row] * units[column] } }
        let solution = solvePositiveSemidefinite(scaled, zip(right, units).map(*))
        #expect(difference(zip(solution, units).map(*), expected) < 1e-11)
    }

    /// Two equal columns in very different units: the fit is as good as with one of them.
    @Test func singularAndBadlyScaled() {
        var random = RandomNumbers(seed: 10)
        let columns = (0..<2).map { _ in RandomData.vector(50, using: &random) }
        let design = Matrix(columns: [columns[0], columns[1], columns[0].map { 1e8 * $0 }])
        let response = RandomData.vector(50, using: &random)
        let solution = solvePositiveSemidefinite(design.transposed() * design, design.transposed() * response)
        let reduced = Matrix(columns: columns)
        let reference = solvePositiveSemidefinite(reduced.transposed() * reduced, reduced.transposed() * response)
        #expect(difference(design * solution, reduced * reference) < 1e-9)
        #expect(solution.allSatisfy { $0.isFinite })
    }

    /// Where a matrix is not positive the step still ascends: eigenvalues 3 and -1 count as 3 and 1.
    @Test func ascendsWhereIndefinite() throws {
        let factor = try #require(ScaledFactor(Matrix(columns: [[1, 2], [2, 1]]), .ascent))
        #expect(difference(factor.solve([1, 0], absolute: true), [2.0 / 3, -1.0 / 3]) < 1e-14)
        #expect(difference(factor.solve([1, 0]), [1.0 / 6, 1.0 / 6]) < 1e-14)
    }

    @Test func refusesWhatIsNotFiniteOrTooLarge() {
        #expect(ScaledFactor(Matrix(columns: [[1, .nan], [.nan, 1]]), .solution) == nil)
        let singular = Matrix(columns: [[1, 1], [1, 1]])
        #expect(ScaledFactor(singular, .ascent, largestEigenproblem: 1) == nil)
        #expect(ScaledFactor(singular, .ascent, largestEigenproblem: 2) != nil)
    }
}
