import Messages
import Tables

/// What becomes of the columns that a request does not name.
///
/// - Numbers throughout, with gaps or without: a covariate.
/// - Text throughout: left out; numbers with commas are none, and the table is refused.
/// - Numbers and texts: the table is refused, whichever are more. One wrong cell must not take a covariate out of a model, nor can it
///   be known here that a column means text.
/// - No value at all, or numbers of the rows (``RowNumbering``): left out.
package struct DefaultCovariates {
    /// A column of text.
    package struct TextColumn: Sendable {
        package var name: String
        /// Of the first text, from 1.
        package var line: Int
        package var field: String
    }

    /// The covariates.
    package private(set) var names: [String] = []
    package private(set) var texts: [TextColumn] = []
    package private(set) var empty: [String] = []
    package private(set) var numberings: [String] = []

    /// Of the beginning of a table: a few whole numbers that differ number nothing.
    private static let leastRows = 1000

    /// - Parameters:
    ///   - table: the table, or its beginning.
    ///   - others: columns that have a role of their own, or none.
    /// - Throws: `mixedColumn`, `textInNumericColumn`.
    package init(of table: DataTable, except others: Set<String>) throws(TableError) {
        for (index, column) in table.columns.enumerated() where !others.contains(column.name) {
            switch column.content {
            case .numbers(let values):
                if table.isWhole, values.allSatisfy(\.isNaN) {
                    empty.append(column.name)
                } else if table.isWhole || table.rowCount >= Self.leastRows,
                    Self.numbersRows(column.name, index + 1, values)
                {
                    numberings.append(column.name)
                } else {
                    names.append(column.name)
                }
            case .notNumeric(let line, _, let field, let numberLine):
                try take(TextColumn(name: column.name, line: line, field: field), numberLine: numberLine, table)
            case .text(let fields): try take(fields, column.name, table)
            }
        }
    }

    private mutating func take(_ fields: [String], _ name: String, _ table: DataTable) throws(TableError) {
        var text: TextColumn?
        var numberLine: Int?
        for (row, field) in fields.enumerated() {
            if let number = CSVNumber.value(of: field) {
                if numberLine == nil, number.isFinite { numberLine = table.line(ofRow: row) }
            } else if text == nil {
                text = TextColumn(name: name, line: table.line(ofRow: row), field: field)
            }
        }
        if let text { try take(text, numberLine: numberLine, table) } else if table.isWhole { empty.append(name) }
    }

    private mutating func take(_ text: TextColumn, numberLine: Int?, _ table: DataTable) throws(TableError) {
        if let numberLine {
            throw .mixedColumn(
                source: table.source, line: text.line, column: text.name, field: text.field, numberLine: numberLine)
        }
        if TableError.hasDecimalComma(text.field) {
            throw .textInNumericColumn(
                source: table.source, line: text.line, column: text.name, field: text.field)
        }
        texts.append(text)
    }

    private static func numbersRows(_ name: String, _ position: Int, _ values: [Double]) -> Bool {
        guard var numbering = RowNumbering(name: name, position: position) else { return false }
        for value in values { numbering.add(value) }
        return numbering.holds
    }
}

extension RowSelection {
    /// Columns that are left out as text must be text in all files, and to the end of each.
    ///
    /// - Throws: `mixedColumn`, `numberInTextColumn`.
    func checkTexts(of table: DataTable) throws(TableError) {
        guard !leftOutTexts.isEmpty else { return }
        for column in table.columns where leftOutTexts.contains(column.name) {
            switch column.content {
            case .numbers(let values):
                guard let row = values.firstIndex(where: \.isFinite) else { continue }
                throw .numberInTextColumn(
                    source: table.source, line: table.place(ofRow: row), column: column.name, value: values[row])
            case .notNumeric(let line, _, let field, let numberLine?):
                throw .mixedColumn(
                    source: table.source, line: line, column: column.name, field: field, numberLine: numberLine)
            case .notNumeric, .text: continue
            }
        }
    }
}
