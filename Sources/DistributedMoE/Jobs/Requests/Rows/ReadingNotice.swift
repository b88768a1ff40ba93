import Messages
import StudyData

/// What a reader of results should know of how rows were read.
public enum ReadingNotice: Sendable, Equatable {
    /// Called from the thread that runs the job.
    public typealias Handler = (ReadingNotice) -> Void

    /// A column that is no covariate because it is text.
    public struct TextColumn: Sendable, Equatable {
        /// In the header.
        public var name: String
        /// Of the first such field, from 1.
        public var line: Int
        /// That field, as it stands in the file.
        public var field: String
    }

    /// Columns that are no covariates because they are text throughout.
    case columnsOfText([TextColumn], source: String)
    /// Columns that are no covariates because every value is missing.
    case columnsWithoutValue([String], source: String)
    /// Columns that are no covariates because they number the rows.
    case columnsOfRowNumbers([String], source: String)
    /// Columns that are no covariates because they are constant in each shard and name it.
    case columnsOfSites([String], source: String)
    /// A covariate of the study, or one that was named, that names the shards: constant in each.
    case shardColumnIsCovariate(String)
    /// Rows whose field in the column that names the shards is empty, and what their shard is called.
    case rowsWithoutShard(Int, column: String, shard: String)
    /// Rows that miss a value.
    case rowsLeftOut(Int, of: Int, source: String)
    /// What took the place of missing values of a covariate; nil where missing is a level of its own.
    case filled(covariate: String, missing: Int, value: Double?, source: String)
    /// The rows are too many to be kept in memory.
    case readInEveryPass
    /// Earlier answers that these rows are not compared with: the table has these columns of theirs no more, or not as numbers.
    case answersNotCompared(Int, columns: [String], ledger: String)
    /// A last line of a ledger that is no whole entry.
    case entryCutShort(ledger: String)
    /// New rows that wait for the next release.
    case rowsHeldBack(Int, source: String)
    /// A value that more of the responses have than numbers without a probability of their own would: their share.
    case sharedResponse(Double, share: Double, source: String)
    /// An expert, from 1, of few rows that are far from it, and how many times its deviation is that of the others.
    case wideExpert(expert: Int, share: Double, ratio: Double, source: String)

    /// Whether something was left out that the request did not name.
    public var isWarning: Bool {
        switch self {
        case .columnsOfText, .columnsWithoutValue, .columnsOfRowNumbers, .columnsOfSites, .shardColumnIsCovariate,
            .rowsWithoutShard, .answersNotCompared, .entryCutShort:
            true
        case .rowsLeftOut, .filled, .readInEveryPass, .rowsHeldBack, .sharedResponse, .wideExpert: false
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

    /// What a record of reading says: rows left out, and gaps by covariate.
    ///
    /// - Parameter rows: of the table, those left out among them.
    package static func of(_ record: ReadingRecord, rows: Int, source: String) -> [ReadingNotice] {
        let leftOut = record.rowsLeftOut.known
        return (leftOut > 0 ? [.rowsLeftOut(leftOut, of: rows, source: source)] : []) + of(record, source: source)
    }

    /// The same by covariate alone, where rows left out were said before.
    package static func of(_ record: ReadingRecord, source: String) -> [ReadingNotice] {
        record.filled.filter { $0.missing.known > 0 }.map {
            .filled(covariate: $0.covariate, missing: $0.missing.known, value: $0.value, source: source)
        }
    }
}

extension ReadingNotice: DoorMessage {
    /// One line, with options spelled as the interface has them.
    public func text(_ style: OptionStyle) -> String {
        switch self {
        case .columnsOfText(let columns, let source):
            "\(source.visible): columns with text are no covariates: "
                + columns.map { "'\($0.name.visible)' (line \($0.line): '\(String($0.field.prefix(40)).visible)')" }
                .joined(separator: ", ")
        case .columnsWithoutValue(let names, let source):
            "\(source.visible): columns without a value are no covariates: \(Self.list(names))"
        case .columnsOfRowNumbers(let names, let source):
            "\(source.visible): columns that number the rows are no covariates: \(Self.list(names)) "
                + "(\(RequestOption.features.name(style)) takes what it names)"
        case .shardColumnIsCovariate(let name):
            "\(name.quoted) names the shards and is a covariate: it has one value in each, so that no local fit knows what it does, and the "
                + "global model may be far off: leave it out of the covariates"
        case .rowsWithoutShard(let count, let column, let shard):
            "\(Format.plural(count, "row")) without a value in \(column.quoted): a shard of their own, called '\(shard)'"
        case .columnsOfSites(let names, let source):
            "\(source.visible): columns of one value a shard, another in each, are no covariates: \(Self.list(names)) "
                + "(\(RequestOption.features.name(style)) takes what it names)"
        case .rowsLeftOut(let dropped, let total, let source):
            "\(source.visible): \(Format.count(dropped)) of \(Format.plural(total, "row")) left out for missing values"
        case .filled(let covariate, let missing, let value, let source):
            "\(source.visible): \(Format.plural(missing, "missing value")) of '\(covariate.visible)' "
                + (value.map { "filled in with \(Format.short($0))" } ?? "taken as a level of their own")
        case .readInEveryPass:
            "rows would fill more than half of the free memory: they are read anew in every pass"
        case .answersNotCompared(let count, let columns, let ledger):
            "\(ledger.visible): \(Format.plural(count, "earlier answer")) cannot be compared with this one, as the table has no numbers in "
                + "\(columns.map(\.quoted).joined(separator: ", ")): what differs between their rows may be fewer than the threshold"
        case .entryCutShort(let ledger):
            "\(ledger.visible): the last line is no whole entry: what a process that was stopped left of an answer that never went out, or "
                + "an entry that was cut short; if the file was copied or edited, take it from a backup"
        case .rowsHeldBack(let count, let source):
            "\(source.visible): \(Format.plural(count, "new row")) left out, to wait for the next release"
        case .sharedResponse(let value, let share, let source):
            "\(source.visible): the target is \(Format.label(value)) in \(Format.percent(share)) of the rows, which no regression expects"
                + (RequestOption.pointMass.exists(in: style)
                    ? ": \(RequestOption.pointMass.number(value, style)) makes the value an expert of its own" : "")
        case .wideExpert(let expert, let share, let ratio, let source):
            "\(source.visible): expert \(expert) holds \(Format.percent(share)) of the rows with a deviation \(Format.number(ratio, digits: 0)) times "
                + "that of the others"
                + (RequestOption.noise.exists(in: style)
                    ? ": where these are errors, \(Self.noise(style)) keeps experts from following them" : "")
        }
    }

    private static func noise(_ style: OptionStyle) -> String {
        switch style {
        case .commandLine: RequestOption.noise.setting("auto", style)
        case .python, .estimator, .r: "\(RequestOption.noise.name(style))=True"
        case .swift: "\(RequestOption.noise.name(style)): .automatic"
        }
    }

    private static func list(_ names: [String]) -> String {
        names.map { "'\($0.visible)'" }.joined(separator: ", ")
    }
}
