/// The lower triangle of a symmetric matrix, row by row: element (i, j), j ≤ i, is at i(i+1)/2 + j.
///
/// Sums over rows of a table are kept in this form: half the memory, and the file holds no number twice.
package struct PackedSymmetric: Sendable, Equatable {
    package let size: Int
    package var storage: [Double]

    package init(size: Int) {
        self.size = size
        storage = [Double](repeating: 0, count: Self.elementCount(size: size))
    }

    /// - Parameter storage: `size (size + 1) / 2` elements.
    package init(size: Int, storage: [Double]) {
        precondition(storage.count == Self.elementCount(size: size), "storage does not match the size")
        self.size = size
        self.storage = storage
    }

    @inlinable
    package init(lowerTriangleOf matrix: Matrix) {
        self.init(size: matrix.rowCount)
        for row in 0..<size {
            for column in 0...row { self[row, column] = matrix[row, column] }
        }
    }

    package static func elementCount(size: Int) -> Int { size * (size + 1) / 2 }

    /// The size of a matrix of so many elements; nil where there is none.
    package static func size(elementCount: Int) -> Int? {
        let size = Int((2 * Double(elementCount)).squareRoot())
        return self.elementCount(size: size) == elementCount ? size : nil
    }

    @inlinable
    package subscript(row: Int, column: Int) -> Double {
        get { storage[Self.offset(row, column)] }
        set { storage[Self.offset(row, column)] = newValue }
    }

    @inlinable
    package static func offset(_ row: Int, _ column: Int) -> Int {
        row >= column ? row * (row + 1) / 2 + column : column * (column + 1) / 2 + row
    }

    /// The matrix of the chosen rows and columns.
    package func submatrix(rows: [Int], columns: [Int]) -> Matrix {
        var result = Matrix(rowCount: rows.count, columnCount: columns.count)
        for (column, second) in columns.enumerated() {
            for (row, first) in rows.enumerated() { result[row, column] = self[first, second] }
        }
        return result
    }

    /// Of some variables.
    package func principal(_ indices: [Int]) -> PackedSymmetric {
        var result = PackedSymmetric(size: indices.count)
        for (row, first) in indices.enumerated() {
            for (column, second) in indices[...row].enumerated() { result[row, column] = self[first, second] }
        }
        return result
    }

    package func matrix() -> Matrix { submatrix(rows: Array(0..<size), columns: Array(0..<size)) }

    /// The rows and columns in another order, or some of them: new index i is old index `order[i]`.
    package func permuted(_ order: [Int]) -> PackedSymmetric {
        var result = PackedSymmetric(size: order.count)
        for row in order.indices {
            for column in 0...row { result[row, column] = self[order[row], order[column]] }
        }
        return result
    }

    /// Adds `scale * vector vector'`.
    package mutating func addOuterProduct(_ vector: [Double], scale: Double) {
        var offset = 0
        for row in 0..<size {
            let scaled = scale * vector[row]
            for column in 0...row { storage[offset + column] += scaled * vector[column] }
            offset += row + 1
        }
    }

    package static func += (left: inout PackedSymmetric, right: PackedSymmetric) {
        precondition(left.size == right.size, "sizes do not match")
        left.storage.add(right.storage)
    }

    package static func * (left: Double, right: PackedSymmetric) -> PackedSymmetric {
        PackedSymmetric(size: right.size, storage: right.storage.map { left * $0 })
    }

    package static func * (left: PackedSymmetric, right: [Double]) -> [Double] {
        precondition(left.size == right.count, "a vector of the size of the matrix")
        var result = [Double](repeating: 0, count: left.size)
        var index = 0
        for row in 0..<left.size {
            for column in 0..<row {
                result[row] += left.storage[index] * right[column]
                result[column] += left.storage[index] * right[row]
                index += 1
            }
            result[row] += left.storage[index] * right[row]
            index += 1
        }
        return result
    }
}
