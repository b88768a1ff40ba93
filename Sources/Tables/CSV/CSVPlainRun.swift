/// Reads plain numbers, field after field and row after row, until something else comes.
struct CSVPlainRun {
    let bytes: UnsafePointer<UInt8>
    /// No number is begun beyond this place, so that each may be read without looking for the end of the bytes.
    let limit: Int
    let delimiter: UInt8
    let columnCount: Int
    /// Column after column, ``rowLimit`` numbers each.
    let block: UnsafeMutablePointer<Double>
    let rowLimit: Int
    let powersOfFive: UnsafePointer<UInt64>

    /// Where a field begins, and where its number belongs.
    struct Place {
        var position: Int
        var column: Int
        var row: Int
    }

    /// Moves `place` to the first field that is not plain, or to the beginning of the row that does not fit.
    ///
    /// - Parameter takesNumbers: whether a column is read as numbers; false after the last column.
    @inline(never)
    func read(_ place: inout Place, takesNumbers: UnsafePointer<Bool>) {
        var (next, column, row) = (bytes + place.position, place.column, place.row)
        let last = bytes + limit
        while next <= last, takesNumbers[column], let number = CSVPlainNumber(at: next, powersOfFive) {
            block[column &* rowLimit &+ row] = number.value
            let ending = number.end.pointee
            if ending == delimiter {
                column &+= 1
                next = number.end + 1
                continue
            }
            guard column &+ 1 == columnCount, let after = Self.afterLineEnd(number.end) else { break }
            next = after
            column = 0
            row &+= 1
            if row == rowLimit { break }
        }
        place = Place(position: next - bytes, column: column, row: row)
    }

    @inline(__always)
    private static func afterLineEnd(_ end: UnsafePointer<UInt8>) -> UnsafePointer<UInt8>? {
        if end.pointee == UInt8(ascii: "\n") { return end + 1 }
        guard end.pointee == UInt8(ascii: "\r") else { return nil }
        return end + (end[1] == UInt8(ascii: "\n") ? 2 : 1)
    }
}
