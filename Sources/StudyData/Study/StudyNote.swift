import Messages
import Tables

/// What people should look at in a study that a table was turned into, or in a table that fits a study.
package enum StudyNote: Sendable, Equatable {
    /// What a spelling is.
    package enum Kind: String, Sendable {
        case level, `class`

        var plural: String { self == .class ? "classes" : "levels" }
    }

    /// What becomes of rows with a gap.
    package enum Gaps: Sendable {
        case targetLeftOut, targetRefused, refused, leftOut, filledWithMean, level
    }

    case alike(kind: Kind, column: String, first: String, second: String)
    case otherClasses(column: String, values: [String])
    case noValue(column: String)
    case constant(column: String, value: String)
    /// Text that is no category by itself; one of more values than `distinct` cannot be made one.
    case manyValues(column: String, line: Int?, field: String?, distinct: Int, canBeCategory: Bool)
    case rare(kind: Kind, column: String, names: [String], counts: [Int], minRows: Int)
    case missing(column: String, count: Int, gaps: Gaps)
    /// Numbers of the rows.
    case numbersRows(column: String)
    /// One value in each file, another in each.
    case namesFiles(column: String)
    /// A value that many of the responses have, where responses are real numbers.
    case sharedResponse(target: String, value: String, share: Double)
    case constantTarget(source: String, target: String, value: Double)
    /// Every row has one class; the others are lacking.
    case oneClass(source: String, target: String, class: String, others: [String])
    case absentClasses(source: String, target: String, classes: [String])
}

extension StudyNote: DoorMessage {
    package func text(_ style: OptionStyle) -> String {
        switch self {
        case .alike(let kind, let column, let first, let second):
            "\(kind.plural) of '\(column.visible)' \(first.quoted) and \(second.quoted) differ by case or blanks alone: make them one if "
                + "they are"
        case .otherClasses(let column, let values):
            "'\(column.visible)' is \(values.prefix(5).map(\.quoted).joined(separator: ", "))\(values.count > 5 ? " and others" : "") in "
                + "some rows, which is none of the classes: such rows are refused"
        case .noValue(let column):
            "'\(column.visible)' has no value: no covariate"
        case .constant(let column, let value):
            "'\(column.visible)' is '\(String(value.prefix(40)).visible)' in every row: no covariate"
        case .manyValues(let column, let line, let field, let distinct, let canBeCategory):
            "'\(column.visible)' has text\(Self.place(line, field)) and \(canBeCategory ? "" : "more than ")\(distinct) different "
                + "values: no covariate"
                + (canBeCategory ? " (\(Self.category(column, style)) makes it a category)" : "")
        case .numbersRows(let column):
            "'\(column.visible)' numbers the rows: no covariate (\(RequestOption.features.name(style)) takes what it names)"
        case .namesFiles(let column):
            "'\(column.visible)' has one value in each file, another in each: no covariate "
                + "(\(RequestOption.features.name(style)) takes what it names)"
        case .rare(let kind, let column, let names, let counts, let minRows):
            "'\(column.visible)' has \(names.count) \(names.count == 1 ? kind.rawValue : kind.plural) of fewer than "
                + "\(minRows) rows, whose names the study shares: \(Self.list(names, counts)); merge them, or take "
                + "them out of the file, where they may not be known"
        case .missing(let column, let count, let gaps):
            "'\(column.visible)' has \(count) missing value\(count == 1 ? "" : "s"): \(Self.words(gaps, column, style))"
        case .sharedResponse(let target, let value, let share):
            "target '\(target.visible)' is \(value.visible) in \(Format.percent(share)) of the rows: "
                + "\(Double(value).map { RequestOption.pointMass.number($0, style) } ?? RequestOption.pointMass.name(style)) makes the value an "
                + "expert of its own"
        case .constantTarget(let source, let target, let value):
            "\(source.visible): target '\(target.visible)' is \(Format.label(value)) in every row: a fit has nothing to learn from it"
        case .oneClass(let source, let target, let name, let others):
            "\(source.visible): target '\(target.visible)' is \(name.quoted) in every row: a site may lack classes, but these rows say "
                + "nothing of what parts it from \(others.map(\.quoted).joined(separator: ", "))"
        case .absentClasses(let source, let target, let classes):
            "\(source.visible): target '\(target.visible)' is \(classes.map(\.quoted).joined(separator: ", ")) in no row: a site may lack "
                + "classes, which are suppressed then"
        }
    }

    private static func place(_ line: Int?, _ field: String?) -> String {
        guard let line, let field else { return "" }
        return " (line \(line): '\(String(field.prefix(40)).visible)')"
    }

    private static func category(_ column: String, _ style: OptionStyle) -> String {
        style == .commandLine
            ? "\(RequestOption.categories.name(style)) \(CSVNames.entry(column).visible)"
            : "\(column.visible) among \(RequestOption.categories.name(style))"
    }

    private static func list(_ names: [String], _ counts: [Int]) -> String {
        zip(names, counts).prefix(5).map { "'\(String($0.prefix(40)).visible)' (\($1))" }.joined(separator: ", ")
            + (names.count > 5 ? ", …" : "")
    }

    private static func words(_ gaps: Gaps, _ column: String, _ style: OptionStyle) -> String {
        switch gaps {
        case .targetLeftOut: "rows without it are left out"
        case .targetRefused: "rows without it are refused"
        case .refused:
            "such rows are refused; choose \(RequestOption.missing.setting("drop", style)) or mean, or a rule of its own in the file"
        case .leftOut: "such rows are left out"
        case .filledWithMean: "filled in with the site's mean, and marked by a column '\(column.visible) missing'"
        case .level: "a level of their own"
        }
    }
}

extension Sequence<String> {
    /// A note on each pair of different spellings that people take for one.
    func alikeNotes(_ kind: StudyNote.Kind, of column: String) -> [StudyNote] {
        alikePairs.map { .alike(kind: kind, column: column, first: $0, second: $1) }
    }
}
