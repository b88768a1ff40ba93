import Foundation
import Messages

/// What can go wrong while tables and model files are read.
///
/// Every text is one line that names the file, the place in it, what was wrong and what to do about it.
public enum TableError: Error, Equatable, Sendable {
    /// There is no file at `path`.
    case fileNotFound(path: String)
    /// The file exists but its bytes cannot be had: a directory, a missing permission, a failing device.
    case cannotRead(path: String, reason: String)
    /// A file that was given before, by this name or another.
    case repeatedFile(path: String, first: String)
    /// The file holds no bytes, or nothing but blank lines.
    case emptyFile(path: String)
    /// The file has a header, or an array shape, but not a single row.
    case noRows(path: String)
    /// The file is in a known format that is not read here, such as a zip archive.
    case unsupportedFormat(source: String, format: String, remedy: Remedy)
    /// A column was asked for by a name the table does not have.
    case noSuchColumn(source: String, name: String, available: [String])
    /// Two columns bear the same name.
    case duplicateColumn(source: String, name: String)
    /// A header of more columns than `most`.
    case tooManyColumns(source: String, most: Int)
    /// A name of more than `most` bytes; `position` counts from 1.
    case longColumnName(source: String, position: Int, most: Int)
    /// A column wanted as numbers holds `field`, neither number nor missing, at the 1-based `line`.
    case textInNumericColumn(source: String, line: Int, column: String, field: String)
    /// A column that nobody named has texts, the first of them `field` at the 1-based `line`, and numbers, the first of them at
    /// `numberLine`.
    case mixedColumn(
        source: String, line: Int, column: String, field: String, numberLine: Int, isTarget: Bool = false)
    /// A number at the 1-based `line` of a column that is text in the files or rows before, and is left out for it.
    case numberInTextColumn(source: String, line: TablePlace, column: String, value: Double)
    /// A column was named as a covariate or category, and cannot be one.
    case unusableCovariate(source: String, column: String, reason: UnusableCovariate)
    /// A column was asked for as text, but it was read without keeping its texts.
    case textNotKept(source: String, column: String)
    /// A field, or a name of a column, at the 1-based `line` that is not encoded in UTF-8.
    case notUTF8(source: String, line: Int, text: String)
    /// The row that begins at the 1-based `line` has `found` fields where the header has `expected`.
    case raggedRow(source: String, line: Int, found: Int, expected: Int)
    /// The quoted field opened at the 1-based `line` is never closed.
    case unterminatedQuote(source: String, line: Int)
    /// A quoted field that goes on after its closing quote, by the line of that quote.
    case textAfterQuote(source: String, line: Int)
    /// The row that begins at the 1-based `line` is longer than any that is read of a stream, `megabytes`.
    case endlessRow(source: String, line: Int, megabytes: Int)
    /// The bytes begin as a NumPy array but cannot be read as one.
    case malformedNPY(source: String, reason: String)
    /// `names` column names were given for an array of `columns` columns.
    case columnNamesMismatch(source: String, names: Int, columns: Int)
    /// Names are given for a CSV file whose header has others.
    case namesOfHeader(source: String)
    /// The bytes begin as a gzip stream but do not decompress.
    case corruptGzip(source: String, reason: String)
    /// More rows than there is memory for, of a pipe or a compressed file.
    case beyondMemory(source: String)
    /// The target was named among the covariates.
    case targetAmongCovariates(source: String, name: String)
    /// No row is left without those that miss a value; `purpose` is what they were wanted for, as a verb.
    case nothingLeft(source: String, purpose: String)
    /// No numeric column is left to serve as a covariate.
    case noCovariates(source: String)
    /// An infinite value at the 1-based `line`, or one too large to be squared.
    case unusableValue(source: String, line: TablePlace, column: String, value: Double)
    /// A missing value at the 1-based `line`, where none is allowed: by a study file, or else by an option.
    case missingValue(source: String, line: TablePlace, column: String, underStudy: Bool = false)
    /// A row weight that is negative, missing or infinite.
    case unusableWeight(source: String, line: TablePlace, column: String, value: Double)
    /// The file cannot be read anew in every pass.
    case notOutOfCore(path: String, reason: String)
    /// A result has no place to go to.
    case cannotWrite(path: String, reason: String)
    /// The disk or the device failed while a result was written.
    case writingFailed(path: String, reason: String)
    /// Rows could not be written to a temporary file in `directory`.
    case cannotWriteTemporaryFile(directory: String, reason: String)
    /// No row has a positive weight.
    case allWeightsZero(source: String, column: String)
    /// A field at the 1-based `line` that is none of the spellings of its column.
    case unknownSpelling(
        source: String, line: TablePlace, column: String, field: String, kind: Spelling, known: [String])
    /// A response that the family cannot have.
    case unusableResponse(source: String, line: TablePlace, column: String, value: Double, needed: String)
    /// The classes of a response are to be found in it, and there are too few or too many.
    case unusableClasses(source: String, column: String, found: String, largest: Int)
    /// An exposure that is not positive.
    case unusableExposure(source: String, line: TablePlace, column: String, value: Double)
    /// A mean that is to fill gaps would stand for too few values.
    case tooFewToFill(source: String, column: String, known: Int, needed: Int)

    /// Why a column that was named cannot be a covariate.
    public enum UnusableCovariate: Sendable, Equatable {
        /// Every value is missing.
        case noValue
        /// A category of one level.
        case constant(String)
        /// Text, or a category, with more different values than a category may have.
        case tooManyValues(most: Int)
        /// Text with this many different values, which only a request makes a category.
        case manyValues(Int)
    }

    /// How the rows of a file that is not read can be had.
    public enum Remedy: Sendable, Equatable {
        /// By the program that wrote it.
        case export
        /// By a command.
        case decompress(String)
        /// From another encoding of text.
        case convert(from: String)
    }

    /// What a spelling stands for.
    public enum Spelling: Sendable {
        /// A level of a category.
        case level
        /// An answer of yes or no.
        case answer
        /// A class of the response.
        case aClass
    }

    /// Whether the input could not be had at all, rather than holding something wrong.
    package var isMissingInput: Bool {
        switch self {
        case .fileNotFound, .cannotRead, .notOutOfCore: true
        default: false
        }
    }

    /// Whether it was the machine that failed, and nothing is wrong with the input.
    package var isWriteFailure: Bool {
        switch self {
        case .writingFailed, .cannotWriteTemporaryFile: true
        default: false
        }
    }

    /// Whether the machine has less memory than the input takes.
    package var isMemoryFailure: Bool {
        if case .beyondMemory = self { true } else { false }
    }

    /// Whether a result has no place to go to.
    package var isOutputFailure: Bool {
        if case .cannotWrite = self { true } else { false }
    }
}

extension TableError: DoorMessage {
    /// One line that says what to do, with options spelled as the interface has them.
    public func text(_ style: OptionStyle) -> String {
        switch self {
        case .fileNotFound(let path):
            "\(path.visible): no such file; check the path"
        case .cannotRead(let path, let reason):
            "\(path.visible): cannot be read: \(reason.visible); give a readable file, or - for standard input"
        case .repeatedFile(let path, let first):
            "\(path.visible): is \(path == first ? "given twice" : "the same file as \(first.visible)"), and its rows would count twice; "
                + "give it once"
        case .emptyFile(let path):
            "\(path.visible): the file is empty; expected a CSV header line and rows, or a .npy array"
        case .noRows(let path):
            "\(path.visible): there are column names but no rows; add at least one row"
        case .unsupportedFormat(let source, let format, let remedy):
            "\(source.visible): this is \(format.visible); \(remedy.text)"
        case .noSuchColumn(let source, let name, let available):
            "\(source.visible): no column \(name.quoted); " + Self.advice(for: name, available)
        case .duplicateColumn(let source, let name):
            "\(source.visible): two columns are named \(name.quoted); rename one of them"
        case .tooManyColumns(let source, let most):
            "\(source.visible): the header has more than \(Format.count(most)) columns; check the delimiter and the line ends"
        case .longColumnName(let source, let position, let most):
            "\(source.visible): the name of column \(position) has more than \(Format.count(most)) bytes; check the delimiter and the quotes, "
                + "or give it a shorter one"
        case .textInNumericColumn(let source, let line, let column, let field):
            "\(source.visible), line \(line): column \(column.quoted) should hold numbers but has \(field.quoted); "
                + (!Self.hasDecimalComma(field)
                    ? "correct the field, write NA if it is missing, or leave the column out; classes of a target need "
                        + "\(RequestOption.family.setting("multinomial", style)), categories a study (\(Operation.newStudy.name(style)))"
                    : Self.decimalPointAdvice + ", or leave the column out")
        case .mixedColumn(let source, let line, let column, let field, let numberLine, let isTarget):
            "\(source.visible), line \(line): column \(column.quoted) has \(field.quoted), and a number in line \(numberLine); "
                + Self.advice(onMixed: field, isTarget: isTarget, style)
        case .unusableCovariate(let source, let column, let reason):
            "\(source.visible): column \(column.quoted) \(reason.text(style))"
        case .numberInTextColumn(let source, let line, let column, let value):
            "\(source.visible), \(line): column \(column.quoted) has the number \(Format.label(value)), where it is text before; "
                + Self.advice(onMixed: nil, isTarget: false, style)
        case .textNotKept(let source, let column):
            "\(source.visible): column \(column.quoted) was not read as text; name it among the text columns"
        case .notUTF8(let source, let line, let name):
            "\(source.visible), line \(line): \(name.quoted) holds bytes that are no UTF-8 text; save the file as CSV in UTF-8, or "
                + "convert it: iconv -f latin1 -t utf-8"
        case .raggedRow(let source, let line, let found, let expected):
            "\(source.visible), line \(line): \(found) field\(found == 1 ? "" : "s") where the header has \(expected); "
                + "check the delimiter, and quote fields that contain it"
        case .textAfterQuote(let source, let line):
            "\(source.visible), line \(line): text after the closing quote of a field; double a quote that belongs to the text, or "
                + "separate the fields"
        case .unterminatedQuote(let source, let line):
            "\(source.visible), line \(line): a quoted field opens here and is never closed; "
                + "add the closing quote, or double a quote that belongs to the text"
        case .endlessRow(let source, let line, let megabytes):
            "\(source.visible), line \(line): a row of more than \(megabytes) MB begins here; close the quoted field, or check the line ends"
        case .malformedNPY(let source, let reason):
            "\(source.visible): not a readable .npy array: \(reason.visible)"
        case .columnNamesMismatch(let source, let names, let columns):
            "\(source.visible): \(names) column name\(names == 1 ? "" : "s") given for \(columns) "
                + "column\(columns == 1 ? "" : "s"); give one name for each column"
        case .namesOfHeader(let source):
            "\(source.visible), line 1: the columns have other names in the header of the file; leave \(RequestOption.columns.name(style)) "
                + "out, which names the columns of a .npy file, or give the file a header"
        case .corruptGzip(let source, let reason):
            "\(source.visible): damaged gzip data: \(reason.visible); compress or copy the file again"
        case .beyondMemory(let source):
            "\(source.visible): holds more than there is memory for; give it as a plain file with "
                + "\(RequestOption.outOfCore.name(style)), raise the limit, or take a part of its rows"
        case .targetAmongCovariates(let source, let name):
            "\(source.visible): the target \(name.quoted) is named as a covariate too; leave it out of one of them"
        case .nothingLeft(let source, let purpose):
            "\(source.visible): a value is missing in every row: nothing is left to \(purpose)"
        case .noCovariates(let source):
            "\(source.visible): no numeric column is left to serve as a covariate"
                + (RequestOption.features.exists(in: style)
                    ? "; name some with \(RequestOption.features.name(style))" : "")
        case .unusableValue(let source, let line, let column, let value):
            "\(source.visible), \(line): column \(column.quoted) is \(value.isInfinite ? "infinite" : "\(value)"); "
                + "correct the field, or write NA if it is missing; "
                + "values lie between -1e100 and 1e100"
        case .missingValue(let source, let line, let column, let underStudy):
            "\(source.visible), \(line): column \(column.quoted) is missing; "
                + (underStudy
                    ? "fill it in, or edit its rule in the study file: \"missing\": \"drop\" leaves such rows out"
                    : "fill it in, or leave such rows out"
                        + (RequestOption.missing.exists(in: style)
                            ? " with \(RequestOption.missing.setting("drop", style))" : ""))
        case .unusableWeight(let source, let line, let column, let value):
            "\(source.visible), \(line): weight \(column.quoted) is \(value); weights are 0, or numbers from 1e-100 to 1e100"
        case .notOutOfCore(let path, let reason):
            "\(path.visible): cannot be read out of core: \(reason); "
                + "give a plain CSV or .npy file, or leave out \(RequestOption.outOfCore.name(style))"
        case .cannotWrite(let path, let reason):
            "\(path.visible): cannot be written: \(reason.visible)"
        case .writingFailed(let path, let reason):
            "\(path.visible): cannot be written: \(reason.visible)"
        case .cannotWriteTemporaryFile(let directory, let reason):
            "\(directory.visible): rows cannot be kept in a temporary file there: \(reason.visible); "
                + "set TMPDIR to a directory with room for them"
        case .allWeightsZero(let source, let column):
            "\(source.visible): weight \(column.quoted) is 0 in every row; at least one row must count"
        case .unknownSpelling(let source, let line, let column, let field, let kind, let known):
            "\(source.visible), \(line): column \(column.quoted) has \(field.quoted), "
                + Self.advice(on: kind, known, near: known.first { $0.likeness == field.likeness }, style)
        case .unusableResponse(let source, let line, let column, let value, let needed):
            "\(source.visible), \(line): target \(column.quoted) is \(Format.label(value)); this family needs \(needed)"
        case .unusableClasses(let source, let column, let found, let largest):
            "\(source.visible): \(found) in target \(column.quoted); classes are two to \(largest); "
                + "name them \(RequestOption.classes.exists(in: style) ? "with \(RequestOption.classes.name(style)) or " : "")"
                + "in a study, or choose another family"
        case .unusableExposure(let source, let line, let column, let value):
            "\(source.visible), \(line): exposure \(column.quoted) is \(Format.label(value)); exposures must be above 0"
        case .tooFewToFill(let source, let column, let known, let needed):
            "\(source.visible): \(known) value\(known == 1 ? "" : "s") of \(column.quoted) are known, and the mean that fills "
                + "its gaps must stand for \(needed) or more; fix a \"value\" in the study"
        }
    }

    static func changedWhileRead(path: String) -> TableError {
        .cannotRead(path: path, reason: "it changed while it was read")
    }
}
