import CKernels

extension Matrix {
    package static func * (left: Matrix, right: Matrix) -> Matrix { left.multiplied(by: right) }

    /// The product.
    ///
    /// Each element is one sum, added in the order of the columns of the left matrix.
    package func multiplied(by right: Matrix, instructionSet: InstructionSet = .best) -> Matrix {
        precondition(columnCount == right.rowCount, "shapes do not match")
        let count = rowCount * right.columnCount
        guard count > 0, columnCount > 0 else { return Matrix(rowCount: rowCount, columnCount: right.columnCount) }
        let product = [Double](unsafeUninitializedCapacity: count) { result, initialised in
            withWorkingMemory(ckernels_product_room(rowCount, columnCount)) { room in
                instructionSet.matrixKernels.product(
                    storage, right.storage, rowCount, columnCount, right.columnCount, result.baseAddress, room)
            }
            initialised = count
        }
        return Matrix(rowCount: rowCount, columnCount: right.columnCount, storage: product)
    }
}
