/// Where the numbers of a two-dimensional array lie in a file.
package struct ArrayLayout: Sendable {
    package var dataOffset: Int
    package var rowCount: Int
    package var columnCount: Int
    package var isFortranOrder: Bool
    package var element: NPYHeader.Element

    package var rowStride: Int { isFortranOrder ? 1 : columnCount }
    package var columnStride: Int { isFortranOrder ? rowCount : 1 }

    package func offset(row: Int, column: Int) -> Int {
        dataOffset + (row * rowStride + column * columnStride) * element.size
    }

    package init(
        dataOffset: Int, rowCount: Int, columnCount: Int, isFortranOrder: Bool, element: NPYHeader.Element
    ) {
        self.dataOffset = dataOffset
        self.rowCount = rowCount
        self.columnCount = columnCount
        self.isFortranOrder = isFortranOrder
        self.element = element
    }
}
