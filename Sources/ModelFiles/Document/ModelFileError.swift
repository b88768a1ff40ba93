import Messages
import StudyData

/// What can be wrong with a model file or a file of statistics.
///
/// Each text is one line that names the file and the field.
public enum ModelFileError: Error, Sendable, Equatable {
    /// There is no file at `path`.
    case fileNotFound(path: String)
    /// The file exists but its bytes cannot be had.
    case cannotRead(path: String, reason: String)
    /// No model file, or one that is cut short.
    case notAModel(path: String)
    /// No JSON, at or before a line.
    case syntax(path: String, line: Int)
    /// Written in a version of the format that is newer than the `known` one.
    case newerFormat(path: String, version: Int, known: Int)
    /// Written in a version of the format that is no longer read.
    case outdatedFormat(path: String, version: Int)
    /// A field that is needed is absent.
    case missingField(path: String, field: String)
    /// A field that is not of its kind, such as text for a number.
    case wrongType(path: String, field: String)
    /// A field with a value that it cannot have; `reason` says why.
    case invalidValue(path: String, field: String, reason: String)
    /// A field of a file to be written with a value that no reader would take; `reason` says why.
    case notWritten(path: String, field: String, reason: String)
    /// The numbers of a field that, added up over the files up to this one, leave the range of the field.
    case totalTooLarge(path: String, field: String)
    /// A reference model, which has no statistics to aggregate or update.
    case noStatistics(path: String)
    /// A model adapted to one site, where only a model of all sites or a local one serves.
    case adaptedModel(path: String)
    /// A table, or anything else that no program writes as a model.
    case otherContent(path: String)
    /// No file of statistics, or one that is cut short.
    case notStatistics(path: String)
    /// Statistics of a site in place of a model.
    case statisticsAsModel(path: String)
    /// A file of all local models in place of one model.
    case ensembleAsModel(path: String)
    /// A model in place of statistics of a site.
    case modelAsStatistics(path: String)
    /// A draft where a release is needed.
    case draft(path: String)
    /// A study in place of a model or of statistics.
    case studyInstead(path: String)
    /// Statistics that were not taken at the model; `what` says in words what differs.
    case statisticsOfAnotherModel(path: String, model: String, what: String)
    /// Models of different studies; `what` says in words what differs from the study of the first.
    case differentStudies(what: String)

    /// Whether the input could not be had at all, rather than holding something wrong.
    package var isMissingInput: Bool {
        switch self {
        case .fileNotFound, .cannotRead: true
        default: false
        }
    }

    /// - Parameter other: what a file of another format is, by its name; of nil where it is cut short.
    init(_ problem: DocumentProblem, path: String, other: (_ format: String?) -> ModelFileError) {
        switch problem {
        case .fileNotFound: self = .fileNotFound(path: path)
        case .cannotRead(let reason): self = .cannotRead(path: path, reason: reason)
        case .otherFormat(Study.formatName): self = .studyInstead(path: path)
        case .otherFormat(let format): self = other(format)
        case .noDocument: self = other(nil)
        case .syntax(let line): self = .syntax(path: path, line: line)
        case .otherContent: self = .otherContent(path: path)
        case .newerFormat(let version, let known): self = .newerFormat(path: path, version: version, known: known)
        case .outdatedFormat(let version): self = .outdatedFormat(path: path, version: version)
        case .missingField(let field): self = .missingField(path: path, field: field)
        case .wrongType(let field, _): self = .wrongType(path: path, field: field)
        case .invalidValue(let field, let reason): self = .invalidValue(path: path, field: field, reason: reason)
        case .corrupt(let field, _): self = field.isEmpty ? other(nil) : .wrongType(path: path, field: field)
        }
    }
}

extension ModelFileError: DoorMessage {
    /// One line that says what to do, with options spelled as the interface has them.
    public func text(_ style: OptionStyle) -> String {
        switch self {
        case .fileNotFound(let path):
            "\(path.visible): no such file; check the path"
        case .cannotRead(let path, let reason):
            "\(path.visible): cannot be read: \(reason.visible); give a readable file"
        case .notAModel(let path):
            "\(path.visible): not a complete model file; make it anew with \(Operation.fit.name(style)) or \(Operation.aggregate.name(style)), or copy it again"
        case .syntax(let path, let line):
            "\(path.visible): no JSON at or before line \(line); copy the file again, or make it anew"
        case .newerFormat(let path, let version, let known):
            "\(path.visible): written in format version \(version), this program reads up to \(known); update dmoe"
        case .outdatedFormat(let path, let version):
            "\(path.visible): written in format version \(version) by a development version before 0.2.0, and no longer read; make "
                + "it anew"
        case .missingField(let path, let field):
            "\(path.visible): field '\(field.visible)' is missing; make the file anew"
        case .wrongType(let path, let field):
            "\(path.visible): field '\(field.visible)' is not of the right kind; make the file anew"
        case .invalidValue(let path, let field, let reason):
            "\(path.visible): field '\(field.visible)': \(reason.visible); make the file anew"
        case .notWritten(let path, let field, let reason):
            "\(path.visible): not written, for it could not be read again: field '\(field.visible)': \(reason.visible); use other units"
        case .totalTooLarge(let path, let field):
            "\(path.visible): field '\(field.visible)': too large beside those of the other sites, the sum leaves the range of the "
                + "field; leave this site out, or make its file anew"
        case .noStatistics(let path):
            "\(path.visible): a reference model without statistics cannot be aggregated, updated or adapted; give models made by "
                + "\(Operation.fit.name(style)) or \(Operation.aggregate.name(style))"
        case .adaptedModel(let path):
            "\(path.visible): adapted, private to its site: it cannot be aggregated, updated or adapted again; give the model that it was "
                + "adapted from"
        case .otherContent(let path):
            "\(path.visible): a table or another file of data, not a file that dmoe has written; tables come after the model, and local "
                + "models are made of them with \(Operation.fit.name(style))"
        case .notStatistics(let path):
            "\(path.visible): not a complete file of statistics; make it anew with \(Operation.statistics.name(style)), or copy it again"
        case .ensembleAsModel(let path):
            "\(path.visible): all local models in one file, not one model; use it with \(Operation.predict.name(style)), or aggregate "
                + "the local models"
        case .statisticsAsModel(let path):
            "\(path.visible): statistics of a site, not a model; they are for \(Operation.update.name(style)), after the model"
        case .modelAsStatistics(let path):
            "\(path.visible): a model, not statistics; make statistics with it at the sites with \(Operation.statistics.name(style))"
        case .draft(let path):
            "\(path.visible): a draft, not for release: its rows are not protected; fit again without \(RequestOption.draft.name(style))"
        case .studyInstead(let path):
            "\(path.visible): a study, which says how tables are read; fit with it (\(Operation.fit.name(style)), \(RequestOption.study.name(style))), and "
                + "give the model that comes of it here; \(Operation.checkStudy.name(style)) says whether a table fits it"
        case .statisticsOfAnotherModel(let path, let model, let what):
            "\(path.visible): statistics of another model than \(model.visible): \(what.visible); make them anew with it"
        case .differentStudies(let what):
            "the models are of different studies: \(what.visible); fit all sites with one study file"
        }
    }
}
