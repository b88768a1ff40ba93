import Foundation

/// One column while its file is being read.
struct CSVColumnBuilder {
    enum Kind {
        case numbers, text, ignored
    }

    let name: String
    /// The 1-based position in the header.
    let position: Int
    private(set) var kind: Kind
    private var numbers: [Double] = []
    private var texts: [String] = []
    private var offender = (line: 0, field: "")

    init(name: String, position: Int, isText: Bool) {
        self.name = name
        self.position = position
        kind = isText ? .text : .numbers
    }

    var column: TableColumn {
        let content: TableColumn.Content =
            switch kind {
            case .numbers: .numbers(numbers)
            case .text: .text(texts)
            case .ignored: .notNumeric(line: offender.line, column: position, field: offender.field)
            }
        return TableColumn(name: name, content: content)
    }

    mutating func reserve(_ rows: Int) {
        if kind == .numbers { numbers.reserveCapacity(rows) } else { texts.reserveCapacity(rows) }
    }

    @inline(__always)
    mutating func append(_ number: Double) { numbers.append(number) }

    /// Takes the field that begins at the 1-based `line`.
    mutating func append(_ field: CSVField, in bytes: UnsafeBufferPointer<UInt8>, line: Int) {
        switch kind {
        case .ignored: return
        case .text: texts.append(field.text(in: bytes))
        case .numbers:
            if let number = field.number(in: bytes) { return numbers.append(number) }
            kind = .ignored
            offender = (line, field.text(in: bytes))
            numbers = []
        }
    }
}

/// Reads a CSV file in one pass, numbers straight into their columns.
struct CSVReader {
    private var cursor: CSVCursor
    private var columns: [CSVColumnBuilder] = []
    private var rowLines = TableRowLines()
    private var rowCount = 0

    /// Reads the header.
    /// - Throws: `emptyFile`, `duplicateColumn`, `unterminatedQuote`.
    init(source: String, bytes: UnsafeBufferPointer<UInt8>, options: TableOptions) throws(ShardDataError) {
        cursor = CSVCursor(source: source, bytes: bytes, delimiter: options.delimiter)
        guard cursor.reachRow() else { throw .emptyFile(path: source) }
        var names: Set<String> = []
        repeat {
            let position = columns.count + 1
            let name = try Self.name(cursor.field(), in: bytes, position: position)
            guard names.insert(name).inserted else { throw .duplicateColumn(source: source, name: name) }
            let isText = options.textColumns.contains(name)
            columns.append(CSVColumnBuilder(name: name, position: position, isText: isText))
        } while !cursor.rowEnded
    }

    /// Reads the rows.
    /// - Throws: `noRows`, `raggedRow`, `unterminatedQuote`.
    mutating func table() throws(ShardDataError) -> DataTable {
        let estimate = estimatedRows()
        for index in columns.indices { columns[index].reserve(estimate) }
        while cursor.reachRow() { try readRow() }
        guard rowCount > 0 else { throw .noRows(path: cursor.source) }
        return DataTable(
            source: cursor.source, columns: columns.map(\.column), rowCount: rowCount, rowLines: rowLines)
    }

    @inline(__always)
    private mutating func readRow() throws(ShardDataError) {
        let line = cursor.line
        var found = 0
        repeat {
            if found < columns.count, columns[found].kind == .numbers, let number = cursor.plainNumber() {
                columns[found].append(number)
            } else {
                let fieldLine = cursor.line
                let field = try cursor.field()
                if found < columns.count { columns[found].append(field, in: cursor.bytes, line: fieldLine) }
            }
            found &+= 1
        } while !cursor.rowEnded
        guard found == columns.count else {
            throw .raggedRow(source: cursor.source, line: line, found: found, expected: columns.count)
        }
        rowLines.note(row: rowCount, line: line)
        rowCount &+= 1
    }

    private static func name(
        _ field: CSVField, in bytes: UnsafeBufferPointer<UInt8>, position: Int
    ) -> String {
        let text = field.text(in: bytes)
        let name = field.isQuoted ? text : text.trimmingCharacters(in: .whitespaces)
        return name.isEmpty ? "column\(position)" : name
    }

    /// The rows left if they are as long as those of the next 64 KiB, and a few more.
    private func estimatedRows() -> Int {
        let rest = cursor.bytes[cursor.position...]
        let sample = rest.prefix(1 << 16)
        guard !sample.isEmpty else { return 0 }
        let lines = sample.count { $0 == UInt8(ascii: "\n") } + 1
        return Int(Double(lines) * Double(rest.count) / Double(sample.count) * 1.02) + 1
    }
}
