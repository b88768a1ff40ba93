import Messages
import Numerics

/// How a file is read as a table, where its bytes do not say.
public struct TableOptions: Sendable {
    /// The byte between fields of a CSV line.
    ///
    /// It must not be a quote, a line end, or a byte numbers are written with.
    public var delimiter: UInt8
    /// Names for the columns of a `.npy` array, in order; without them the columns are `c0`, `c1`, ...
    public var columnNames: [String]?
    /// Columns whose fields are kept as text, for example a shard label.
    ///
    /// Names the file does not have are ignored.
    public var textColumns: Set<String>
    /// Whether the fields of every column are kept as text.
    public var keepsAllText = false
    /// How many threads read a large CSV file; the table is the same for any number of them.
    public var parallelism: Parallelism

    /// Options for one reading; the defaults suit a comma-separated file of numbers.
    public init(
        delimiter: UInt8 = UInt8(ascii: ","), columnNames: [String]? = nil, textColumns: Set<String> = [],
        parallelism: Parallelism = .serial
    ) {
        self.delimiter = delimiter
        self.columnNames = columnNames
        self.textColumns = textColumns
        self.parallelism = parallelism
    }
}

/// One named column of a table.
public struct TableColumn: Sendable, Equatable {
    /// The name in the header; a nameless CSV column is called `column3` after its 1-based position.
    public var name: String
    /// The values, or the reason why there are none.
    public var content: Content

    /// A column called `name`.
    public init(name: String, content: Content) {
        self.name = name
        self.content = content
    }

    /// What a column holds.
    public enum Content: Sendable, Equatable {
        /// Numbers, one for each row; NaN marks a missing value.
        case numbers([Double])
        /// Texts, one for each row, as they stand in the file without their quotes.
        case text([String])
        /// The first field that is neither number nor missing, with its 1-based line and 1-based column position.
        /// The values of such a column are not kept; `numberLine` is the 1-based line of its first number, nil for text throughout.
        case notNumeric(line: Int, column: Int, field: String, numberLine: Int? = nil)

        package var count: Int? {
            switch self {
            case .numbers(let values): values.count
            case .text(let values): values.count
            case .notNumeric: nil
            }
        }
    }
}

/// A table in memory: named columns of equal length.
public struct DataTable: Sendable {
    /// The file the table was read from, as messages name it: its path, or "standard input".
    public let source: String
    /// The columns, in the order of the file.
    public let columns: [TableColumn]
    /// The number of rows.
    public let rowCount: Int
    private let rowLines: TableRowLines
    private let positions: ColumnPositions
    /// Whether these are all rows, and not a piece of a larger table.
    package let isWhole: Bool

    /// A table made in memory; the line of a row is its 1-based number.
    ///
    /// - Parameters:
    ///   - source: what messages call the table.
    ///   - columns: its columns, in order.
    ///   - rowCount: needed only if no column keeps its values; otherwise it is taken from the columns.
    /// - Precondition: every column that keeps its values has as many of them as the table has rows.
    public init(source: String, columns: [TableColumn], rowCount: Int? = nil) {
        let counts = columns.compactMap(\.content.count)
        let rows = rowCount ?? counts.first ?? 0
        self.init(source: source, columns: columns, rowCount: rows, rowLines: TableRowLines())
    }

    package init(
        source: String, columns: [TableColumn], rowCount: Int, rowLines: TableRowLines, isWhole: Bool = true
    ) {
        precondition(
            columns.allSatisfy { $0.content.count ?? rowCount == rowCount }, "the columns of a table differ in length")
        self.source = source
        self.columns = columns
        self.rowCount = rowCount
        self.rowLines = rowLines
        positions = ColumnPositions(columns.map(\.name), source: source)
        self.isWhole = isWhole
    }

    /// The names of the columns, in the order of the file.
    public var columnNames: [String] { columns.map(\.name) }

    /// The 1-based line of the file where the 0-based row begins; for an array the 1-based number of the row.
    package func line(ofRow row: Int) -> Int { rowLines.line(ofRow: row) }

    /// The same as messages name it.
    package func place(ofRow row: Int) -> TablePlace { TablePlace(rowLines.unit, line(ofRow: row)) }

    /// The numbers of a column, one for each row; NaN marks a missing value, and infinite values are left as they are.
    ///
    /// The fields of a column kept as text are read as numbers here, by the same rules.
    /// - Throws: `noSuchColumn`, or `textInNumericColumn` or `notUTF8` for the first field that is neither number nor missing.
    package func numbers(_ name: String) throws(TableError) -> [Double] {
        switch try column(name).content {
        case .numbers(let values): return values
        case .text(let fields): return try parsed(fields, of: name)
        case .notNumeric(let line, _, let field, _):
            throw noNumber(field, line: line, name)
        }
    }

    private func noNumber(_ field: String, line: Int, _ name: String) -> TableError {
        field.hasReplacedBytes
            ? .notUTF8(source: source, line: line, text: field.beginning)
            : .textInNumericColumn(source: source, line: line, column: name, field: field.beginning)
    }

    /// The texts of a column, one for each row.
    ///
    /// Numbers are written out in their shortest exact form, whole ones without a fraction, missing ones empty. To have
    /// the fields as the file spells them, name the column in ``TableOptions/textColumns``.
    /// - Throws: `noSuchColumn`, `notUTF8`, or `textNotKept` if the column holds text but was not named as a text column.
    package func text(_ name: String) throws(TableError) -> [String] {
        switch try column(name).content {
        case .numbers(let values): return values.map(Format.label)
        case .text(let fields):
            if let row = fields.firstIndex(where: \.hasReplacedBytes) {
                throw .notUTF8(source: source, line: line(ofRow: row), text: fields[row].beginning)
            }
            return fields
        case .notNumeric: throw .textNotKept(source: source, column: name)
        }
    }

    private func column(_ name: String) throws(TableError) -> TableColumn {
        columns[try positions.position(name)]
    }

    private func parsed(_ fields: [String], of name: String) throws(TableError) -> [Double] {
        var values: [Double] = []
        values.reserveCapacity(fields.count)
        for (row, field) in fields.enumerated() {
            guard let value = CSVNumber.value(of: field) else {
                throw noNumber(field, line: line(ofRow: row), name)
            }
            values.append(value)
        }
        return values
    }
}
