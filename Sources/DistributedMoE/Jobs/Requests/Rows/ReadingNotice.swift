import Messages
import StudyData

/// What a reader of results should know of how rows were read.
public enum ReadingNotice: Sendable, Equatable {
    /// Called from the thread that runs the job.
    public typealias Handler = (ReadingNotice) -> Void

    /// A column that is no covariate because of a field of text.
    public struct TextColumn: Sendable, Equatable {
        /// In the header.
        public var name: String
        /// Of the first such field, from 1.
        public var line: Int
        /// That field, as it stands in the file.
        public var field: String
    }

    /// Columns that are no covariates because a field of them is text.
    case columnsOfText([TextColumn], source: String)
    /// Columns that are no covariates because every value is missing.
    case columnsWithoutValue([String], source: String)
    /// Rows that miss a value.
    case rowsLeftOut(Int, of: Int, source: String)
    /// What took the place of missing values of a covariate; nil where missing is a level of its own.
    case filled(covariate: String, missing: Int, value: Double?, source: String)
    /// The rows are too many to be kept in memory.
    case readInEveryPass

    /// Whether something was left out that the request did not name.
    public var isWarning: Bool {
        switch self {
        case .columnsOfText, .columnsWithoutValue: true
        case .rowsLeftOut, .filled, .readInEveryPass: false
        }
    }
}

extension ReadingNotice {
    /// Says how many rows of a table were left out, where some were.
    package static func reportLeftOut(
        to notices: @escaping Handler
    ) -> (_ dropped: Int, _ total: Int, _ source: String) -> Void {
        { dropped, total, source in
            if dropped > 0 { notices(.rowsLeftOut(dropped, of: total, source: source)) }
        }
    }

    /// What a record of reading says, by covariate.
    package static func of(_ record: ReadingRecord, source: String) -> [ReadingNotice] {
        record.filled.filter { $0.missing > 0 }.map {
            .filled(covariate: $0.covariate, missing: $0.missing, value: $0.value, source: source)
        }
    }
}

extension ReadingNotice: CustomStringConvertible {
    /// One line.
    public var description: String {
        switch self {
        case .columnsOfText(let columns, let source):
            "\(source): columns with text are no covariates: "
                + columns.map { "'\($0.name)' (line \($0.line): '\($0.field.prefix(40))')" }.joined(separator: ", ")
        case .columnsWithoutValue(let names, let source):
            "\(source): columns without a value are no covariates: \(names.map { "'\($0)'" }.joined(separator: ", "))"
        case .rowsLeftOut(let dropped, let total, let source):
            "\(source): \(Format.count(dropped)) of \(Format.plural(total, "row")) left out for missing values"
        case .filled(let covariate, let missing, let value, let source):
            "\(source): \(Format.plural(missing, "missing value")) of '\(covariate)' "
                + (value.map { "filled in with \(Format.short($0))" } ?? "taken as a level of their own")
        case .readInEveryPass:
            "rows would fill more than half of the free memory: they are read anew in every pass"
        }
    }
}
