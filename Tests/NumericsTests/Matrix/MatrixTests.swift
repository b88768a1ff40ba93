import Numerics
import TestSupport
import Testing

@Suite struct MatrixTests {
    @Test func productsEqualTheirSums() {
        var random = RandomNumbers(seed: 1)
        let left = RandomData.matrix(4, 3, using: &random)
        let right = RandomData.matrix(3, 5, using: &random)
        let product = left * right
        #expect(product.rowCount == 4 && product.columnCount == 5)
        for row in 0..<4 {
            for column in 0..<5 {
                let sum = dot(left.row(row), right.column(column))
                #expect(difference(product[row, column], sum) < 1e-14)
            }
        }
        #expect(difference(left * Array(right.column(2)), product.column(2)) < 1e-14)
    }

    @Test func productsWithNothingBetweenAreZero() {
        let product = Matrix(rowCount: 2, columnCount: 0) * Matrix(rowCount: 0, columnCount: 3)
        #expect(product == Matrix(rowCount: 2, columnCount: 3))
    }

    @Test func rowsColumnsAndTransposition() {
        let matrix = Matrix(columns: [[1, 2, 3], [4, 5, 6]])
        #expect(matrix.row(1) == [2, 5])
        #expect(Array(matrix.column(1)) == [4, 5, 6])
        #expect(matrix.transposed() == Matrix(columns: [[1, 4], [2, 5], [3, 6]]))
        #expect(matrix.rows([2, 0, 2]) == Matrix(columns: [[3, 1, 3], [6, 4, 6]]))
    }
}

@Suite struct PackedSymmetricTests {
    @Test func bothTrianglesAreOne() {
        var packed = PackedSymmetric(size: 4)
        var next = 1.0
        for row in 0..<4 {
            for column in 0...row {
                packed[row, column] = next
                next += 1
            }
        }
        #expect(packed.storage == (1...10).map(Double.init))
        let matrix = packed.matrix()
        #expect(matrix == matrix.transposed())
        for row in 0..<4 { for column in 0..<4 { #expect(matrix[row, column] == packed[row, column]) } }
        #expect(packed.submatrix(rows: [3, 0], columns: [1]) == Matrix(columns: [[packed[3, 1], packed[1, 0]]]))
    }

    @Test func outerProductsAndSums() {
        var random = RandomNumbers(seed: 2)
        let first = RandomData.vector(5, using: &random)
        let second = RandomData.vector(5, using: &random)
        var packed = PackedSymmetric(size: 5)
        packed.addOuterProduct(first, scale: 2)
        var other = PackedSymmetric(size: 5)
        other.addOuterProduct(second, scale: -0.5)
        packed += 3 * other
        for row in 0..<5 {
            for column in 0..<5 {
                let expected = 2 * first[row] * first[column] - 1.5 * second[row] * second[column]
                #expect(difference(packed[row, column], expected) < 1e-14)
            }
        }
    }
}
