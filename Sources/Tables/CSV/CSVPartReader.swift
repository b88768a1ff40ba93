/// What was read from one part of a file, apart from the numbers.
struct CSVPart: Sendable {
    var columns: [CSVColumn]
    var rowCount = 0
    var rowLines = TableRowLines()
}

/// Reads the rows of one part of a CSV file, numbers straight into their columns.
struct CSVPartReader {
    private var cursor: CSVCursor
    private var part: CSVPart
    private let stores: [CSVNumberStore]
    private let rows: Range<Int>
    private let expected: Int
    /// Whether a column is read as numbers, and false after the last one.
    private var takesNumbers: [Bool]
    /// The rows not yet in the stores: column after column, `rowLimit` numbers each.
    private var block: [Double]
    private let rowLimit: Int
    private var row = 0
    private var column = 0
    /// The line where the row begins.
    private var rowLine = 1

    /// - Parameters:
    ///   - cursor: Where the part's first row, or a blank line before it, begins; its bytes end with the part.
    ///   - rows: Where the part's rows belong in the stores: as many as it may have.
    ///   - expected: About how many rows there are in all parts.
    init(_ cursor: CSVCursor, columns: [CSVColumn], stores: [CSVNumberStore], rows: Range<Int>, expected: Int) {
        self.cursor = cursor
        part = CSVPart(columns: columns)
        self.stores = stores
        self.rows = rows
        self.expected = expected
        takesNumbers = columns.map { $0.kind == .numbers } + [false]
        // Small enough to stay in the cache until it is stored, and no more than there are rows.
        rowLimit = min(max(16_384 / columns.count, 16), 1024, max(rows.count, 1))
        block = [Double](repeating: 0, count: rowLimit * columns.count)
    }

    /// - Throws: `raggedRow`, `unterminatedQuote`; `cannotRead` where there are more rows than lines were counted.
    mutating func read(plainRuns: Bool = true) throws(TableError) -> CSVPart {
        while column > 0 || beginRow() {
            let isFurther = plainRuns && readPlainRun()
            if !isFurther || column > 0 { try readField() }
            if row == rowLimit { try storeBlock() }
        }
        try storeBlock()
        return part
    }

    private mutating func beginRow() -> Bool {
        guard cursor.reachRow() else { return false }
        noteRow(line: cursor.line)
        return true
    }

    private mutating func noteRow(line: Int) {
        rowLine = line
        part.rowLines.note(row: part.rowCount + row, line: line)
    }

    /// Whether rows were ended.
    private mutating func readPlainRun() -> Bool {
        var place = CSVPlainRun.Place(position: cursor.position, column: column, row: row)
        let limit = cursor.bytes.count - CSVPlainNumber.reach
        // Fields beyond the last column have no place in the block.
        guard column < part.columns.count, place.position <= limit, let bytes = cursor.bytes.baseAddress else {
            return false
        }
        CSVPowersOfFive.words.withUnsafeBufferPointer { powers in
            block.withUnsafeMutableBufferPointer { block in
                takesNumbers.withUnsafeBufferPointer { takesNumbers in
                    CSVPlainRun(
                        bytes: bytes, limit: limit, delimiter: cursor.delimiter, columnCount: takesNumbers.count - 1,
                        block: block.baseAddress.unsafelyUnwrapped, rowLimit: rowLimit,
                        powersOfFive: powers.baseAddress.unsafelyUnwrapped
                    ).read(&place, takesNumbers: takesNumbers.baseAddress.unsafelyUnwrapped)
                }
            }
        }
        return take(place)
    }

    private mutating func take(_ place: CSVPlainRun.Place) -> Bool {
        let (firstLine, ended) = (cursor.line, place.row - row)
        cursor.move(to: place.position, line: firstLine + ended)
        column = place.column
        // From the second row on, all lie on consecutive lines.
        if ended > 1 || ended == 1 && column > 0 {
            row += 1
            noteRow(line: firstLine + 1)
        }
        row = place.row
        if ended > 0 { rowLine = cursor.line }
        return ended > 0
    }

    /// Reads one field, whatever it holds.
    private mutating func readField() throws(TableError) {
        let line = cursor.line
        if takesNumbers[min(column, part.columns.count)], let number = cursor.plainNumber() {
            block[column * rowLimit + row] = number
        } else {
            let field = try cursor.field()
            if column < part.columns.count {
                if let number = part.columns[column].take(field, in: cursor.bytes, line: line, rowLine: rowLine) {
                    block[column * rowLimit + row] = number
                }
                if takesNumbers[column], part.columns[column].kind == .ignored {
                    takesNumbers[column] = false
                    part.columns[column].numberLine = firstNumberLine()
                }
            }
        }
        column += 1
        if cursor.rowEnded { try endRow() }
    }

    /// Of the rows before this one, in the column of the field read last.
    private func firstNumberLine() -> Int? {
        let stored = rows.lowerBound..<rows.lowerBound + part.rowCount
        let first =
            stores[column].firstNumber(in: stored).map { $0 - rows.lowerBound }
            ?? (0..<row).first { block[column * rowLimit + $0].isFinite }.map { part.rowCount + $0 }
        return first.map(part.rowLines.line(ofRow:))
    }

    private mutating func endRow() throws(TableError) {
        guard column == part.columns.count else {
            throw .raggedRow(source: cursor.source, line: rowLine, found: column, expected: part.columns.count)
        }
        column = 0
        row += 1
    }

    private mutating func storeBlock() throws(TableError) {
        let first = rows.lowerBound + part.rowCount
        // Only in a file that is written while it is read.
        guard first + row <= rows.upperBound else { throw .changedWhileRead(path: cursor.source) }
        block.withUnsafeBufferPointer { block in
            for column in part.columns.indices where takesNumbers[column] {
                let values = block[column * rowLimit..<column * rowLimit + row]
                stores[column].write(UnsafeBufferPointer(rebasing: values), at: first, expected: expected)
            }
        }
        part.rowCount += row
        row = 0
    }
}
