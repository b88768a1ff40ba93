/// A dense matrix of `Double`, stored column by column.
public struct Matrix: Sendable, Equatable {
    /// Number of rows.
    public let rowCount: Int
    /// Number of columns.
    public let columnCount: Int
    /// Element (i, j) is `storage[i + j * rowCount]`.
    @usableFromInline package var storage: [Double]

    /// A matrix with one value everywhere.
    ///
    /// - Parameters:
    ///   - rowCount: number of rows.
    ///   - columnCount: number of columns.
    ///   - value: of every element; 0 by default.
    public init(rowCount: Int, columnCount: Int, repeating value: Double = 0) {
        self.rowCount = rowCount
        self.columnCount = columnCount
        storage = [Double](repeating: value, count: rowCount * columnCount)
    }

    /// - Parameter storage: `rowCount * columnCount` elements, column by column.
    package init(rowCount: Int, columnCount: Int, storage: [Double]) {
        precondition(storage.count == rowCount * columnCount, "storage does not match the shape")
        self.rowCount = rowCount
        self.columnCount = columnCount
        self.storage = storage
    }

    /// The columns side by side.
    ///
    /// - Parameter columns: `columnCount` arrays of `rowCount` elements each.
    /// - Precondition: all have the same length.
    public init(columns: [[Double]]) {
        self.init(
            rowCount: columns.first?.count ?? 0, columnCount: columns.count, storage: columns.flatMap { $0 })
    }

    /// Element (row, column), both from 0.
    @inlinable
    public subscript(row: Int, column: Int) -> Double {
        get { storage[row + column * rowCount] }
        set { storage[row + column * rowCount] = newValue }
    }

    /// A column as `rowCount` elements.
    public func column(_ index: Int) -> ArraySlice<Double> {
        storage[index * rowCount..<(index + 1) * rowCount]
    }

    /// A row as `columnCount` elements.
    public func row(_ index: Int) -> [Double] {
        (0..<columnCount).map { self[index, $0] }
    }

    /// The chosen rows, in the order given.
    package func rows(_ indices: [Int]) -> Matrix {
        var result = [Double]()
        result.reserveCapacity(indices.count * columnCount)
        for column in 0..<columnCount {
            let offset = column * rowCount
            for row in indices { result.append(storage[offset + row]) }
        }
        return Matrix(rowCount: indices.count, columnCount: columnCount, storage: result)
    }

    /// The chosen rows and columns.
    package func submatrix(_ indices: [Int]) -> Matrix {
        var result = Matrix(rowCount: indices.count, columnCount: indices.count)
        for (column, second) in indices.enumerated() {
            for (row, first) in indices.enumerated() { result[row, column] = self[first, second] }
        }
        return result
    }

    /// Puts a block where its first element is at (row, column).
    package mutating func insert(_ block: Matrix, at row: Int, _ column: Int) {
        for j in 0..<block.columnCount {
            for i in 0..<block.rowCount { self[row + i, column + j] = block[i, j] }
        }
    }

    /// The same with the transposed block on the other side of the diagonal.
    package mutating func insertSymmetrically(_ block: Matrix, at row: Int, _ column: Int) {
        for j in 0..<block.columnCount {
            for i in 0..<block.rowCount {
                self[row + i, column + j] = block[i, j]
                self[column + j, row + i] = block[i, j]
            }
        }
    }

    package func transposed() -> Matrix {
        var result = Matrix(rowCount: columnCount, columnCount: rowCount)
        for column in 0..<columnCount {
            for row in 0..<rowCount { result[column, row] = self[row, column] }
        }
        return result
    }

    package static func identity(_ size: Int) -> Matrix {
        var result = Matrix(rowCount: size, columnCount: size)
        for index in 0..<size { result[index, index] = 1 }
        return result
    }

    package static func += (left: inout Matrix, right: Matrix) {
        precondition(left.rowCount == right.rowCount && left.columnCount == right.columnCount, "shapes do not match")
        left.storage.add(right.storage)
    }

    package static func * (left: Double, right: Matrix) -> Matrix {
        Matrix(rowCount: right.rowCount, columnCount: right.columnCount, storage: right.storage.map { left * $0 })
    }

    package static func * (left: Matrix, right: [Double]) -> [Double] {
        precondition(left.columnCount == right.count, "shapes do not match")
        var result = [Double](repeating: 0, count: left.rowCount)
        for column in 0..<left.columnCount {
            for row in 0..<left.rowCount { result[row] += left[row, column] * right[column] }
        }
        return result
    }
}

/// The inner product of two vectors of one length.
@inlinable
package func dot(_ left: some Collection<Double>, _ right: some Collection<Double>) -> Double {
    zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
}

extension Array where Element: AdditiveArithmetic {
    /// Adds the elements of an array of the same length.
    @inlinable
    package mutating func add(_ other: [Element]) {
        for index in indices { self[index] += other[index] }
    }
}
