import Messages
import Tables

/// What a selection is made from.
extension BorrowedTable {
    private static let previewedRows = 16

    /// The first rows.
    ///
    /// Columns are what they would be in a CSV file of this table: texts that are numbers throughout are numbers, others say where their
    /// first text and their first number are. A column that misses its first rows shows the first value that it has, so that only
    /// columns without any seem empty, and one that may number the rows is there to its end.
    ///
    /// - Parameter textColumns: columns that are wanted as text.
    package func preview(textColumns: Set<String> = []) -> DataTable {
        var lines = TableRowLines()
        lines.note(row: 0, line: Self.firstLine)
        let contents = columns.indices.map { preview($0, isText: textColumns.contains(columns[$0].name)) }
        let count = contents.compactMap(\.count).max() ?? min(rowCount, Self.previewedRows)
        return DataTable(
            source: source,
            columns: zip(columns, contents).map { column, content in
                TableColumn(name: column.name, content: content.padded(to: count))
            },
            rowCount: count, rowLines: lines)
    }

    /// Of the rows, as a file of them would number its lines.
    static let firstLine = 2

    private func preview(_ column: Int, isText: Bool) -> TableColumn.Content {
        let (name, element) = columns[column]
        let mayNumberRows = RowNumbering(name: name, position: column + 1) != nil
        let limit = mayNumberRows ? rowCount : Self.previewedRows
        guard element == .text else {
            return .numbers(
                shown(
                    batches.lazy.flatMap { batch in
                        (0..<batch.rowCount).lazy.map { batch.number($0, column, element) }
                    }, limit))
        }
        let texts = batches.lazy.flatMap { $0.texts(column) }
        if isText { return .text(Array(texts.prefix(limit))) }
        if let found = firstText(column) {
            return .notNumeric(
                line: found.line, column: column + 1, field: found.field, numberLine: found.numberLine)
        }
        return .numbers(shown(texts.map { CSVNumber.value(of: $0) ?? .nan }, limit))
    }

    private func shown(_ values: some Sequence<Double>, _ limit: Int) -> [Double] {
        var shown = Array(values.prefix(limit))
        if !shown.isEmpty, shown.allSatisfy(\.isNaN), let known = values.first(where: { !$0.isNaN }) {
            shown[0] = known
        }
        return shown
    }

    /// The first text that is no number, and the line of the first number; nil of numbers throughout.
    private func firstText(_ column: Int) -> (line: Int, field: String, numberLine: Int?)? {
        var text: (line: Int, field: String)?
        var numberLine: Int?
        var line = Self.firstLine
        for batch in batches {
            for field in batch.texts(column) {
                if text == nil || numberLine == nil {
                    if let number = CSVNumber.value(of: field) {
                        if number.isFinite { numberLine = numberLine ?? line }
                    } else {
                        text = text ?? (line, field)
                    }
                }
                line += 1
            }
            if text != nil, numberLine != nil { break }
        }
        return text.map { ($0.line, $0.field, numberLine) }
    }
}

extension TableColumn.Content {
    /// With missing values at the end.
    fileprivate func padded(to count: Int) -> TableColumn.Content {
        switch self {
        case .numbers(let values):
            .numbers(values + [Double](repeating: .nan, count: max(0, count - values.count)))
        case .text(let values): .text(values + [String](repeating: "", count: max(0, count - values.count)))
        case .notNumeric: self
        }
    }
}
