import Numerics
import TestSupport

/// What kernels must give to the last bit: one sum for each element, in order, each product rounded or not as theirs are.
struct PlainMatrices {
    let instructionSet: InstructionSet

    private func add(_ a: Double, _ b: Double, to sum: Double) -> Double {
        instructionSet == .portable ? sum + a * b : sum.addingProduct(a, b)
    }

    func product(_ left: Matrix, _ right: Matrix) -> Matrix {
        var result = Matrix(rowCount: left.rowCount, columnCount: right.columnCount)
        for column in 0..<right.columnCount {
            for row in 0..<left.rowCount {
                for index in 0..<left.columnCount {
                    result[row, column] = add(left[row, index], right[index, column], to: result[row, column])
                }
            }
        }
        return result
    }

    /// Nil where a pivot is not positive.
    func cholesky(_ matrix: Matrix) -> Matrix? {
        let size = matrix.rowCount
        var factor = Matrix(rowCount: size, columnCount: size)
        for column in 0..<size {
            for row in column..<size {
                var sum = matrix[row, column]
                for index in 0..<column { sum = add(-factor[row, index], factor[column, index], to: sum) }
                if row > column {
                    factor[row, column] = sum * (1 / factor[column, column])
                } else {
                    guard sum > 0, sum.isFinite else { return nil }
                    factor[row, row] = sum.squareRoot()
                }
            }
        }
        return factor
    }
}

extension Matrix {
    /// The largest sum of absolute values of a column.
    var norm: Double {
        (0..<columnCount).map { column($0).reduce(0) { $0 + abs($1) } }.max() ?? 0
    }

    func minus(_ other: Matrix) -> Matrix {
        Matrix(rowCount: rowCount, columnCount: columnCount, storage: zip(storage, other.storage).map(-))
    }
}

/// Tiles and blocks of every kernel end at, before and behind these.
let matrixSizes =
    Array(1...26) + [31, 32, 33, 47, 48, 49, 63, 64, 65, 95, 96, 97, 98, 107, 108, 109, 127, 128, 129, 130]
