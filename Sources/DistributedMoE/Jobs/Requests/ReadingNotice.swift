import StudyData

/// What a reader of results should know of how rows were read.
package enum ReadingNotice: Sendable, Equatable {
    package typealias Handler = (ReadingNotice) -> Void

    /// A column that is no covariate because of a field of text.
    package struct TextColumn: Sendable, Equatable {
        package var name: String
        /// Of the first such field, from 1.
        package var line: Int
        package var field: String
    }

    case columnsOfText([TextColumn], source: String)
    case columnsWithoutValue([String], source: String)
    /// Rows that miss a value.
    case rowsLeftOut(Int, of: Int, source: String)
    /// What took the place of missing covariates.
    case filled(ReadingRecord.Filled, source: String)
    /// The rows are too many to be kept in memory.
    case readInEveryPass

    /// Whether something was left out that the request did not name.
    package var isWarning: Bool {
        switch self {
        case .columnsOfText, .columnsWithoutValue: true
        case .rowsLeftOut, .filled, .readInEveryPass: false
        }
    }
}

extension ReadingNotice {
    /// What a record of reading says, by covariate.
    package static func of(_ record: ReadingRecord, source: String) -> [ReadingNotice] {
        record.filled.filter { $0.missing > 0 }.map { .filled($0, source: source) }
    }
}

extension ReadingNotice: CustomStringConvertible {
    package var description: String {
        switch self {
        case .columnsOfText(let columns, let source):
            "\(source): columns with text are no covariates: "
                + columns.map { "'\($0.name)' (line \($0.line): '\($0.field.prefix(40))')" }.joined(separator: ", ")
        case .columnsWithoutValue(let names, let source):
            "\(source): columns without a value are no covariates: \(names.map { "'\($0)'" }.joined(separator: ", "))"
        case .rowsLeftOut(let dropped, let total, let source):
            "\(source): \(Format.count(dropped)) of \(Format.plural(total, "row")) left out for missing values"
        case .filled(let entry, let source):
            "\(source): \(Format.plural(entry.missing, "missing value")) of '\(entry.covariate)' "
                + (entry.value.map { "filled in with \(Format.short($0))" } ?? "taken as a level of their own")
        case .readInEveryPass:
            "rows would fill more than half of the free memory: they are read anew in every pass"
        }
    }
}
