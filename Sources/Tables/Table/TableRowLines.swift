/// The line where each row begins, kept only where the distance between line and row number changes.
package struct TableRowLines: Sendable {
    private var rows = [0]
    private var shifts = [1]
    /// What is counted.
    let unit: TablePlace.Unit

    package init(_ unit: TablePlace.Unit = .line) { self.unit = unit }

    /// Records that `row` begins at the 1-based `line`; rows are noted in order, and rows not noted follow the last one.
    package mutating func note(row: Int, line: Int) {
        let shift = line - row
        guard shifts[shifts.count - 1] != shift else { return }
        rows.append(row)
        shifts.append(shift)
    }

    /// Adds the rows of a later part of the file, whose own rows are numbered from 0.
    mutating func append(_ later: TableRowLines, afterRows count: Int) {
        // The first entry stands for rows never noted.
        for (row, shift) in zip(later.rows, later.shifts).dropFirst() { note(row: count + row, line: row + shift) }
    }

    package func line(ofRow row: Int) -> Int {
        var low = 0
        var high = rows.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if rows[middle] <= row { low = middle } else { high = middle }
        }
        return row + shifts[low]
    }
}
