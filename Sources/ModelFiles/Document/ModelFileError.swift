import Messages
import StudyData

/// What can be wrong with a model file or a file of statistics. Each text is one line that names the file and the field.
package enum ModelFileError: Error, Sendable, Equatable {
    case fileNotFound(path: String)
    case cannotRead(path: String)
    case notAModel(path: String)
    case newerFormat(path: String, version: Int, known: Int)
    case outdatedFormat(path: String, version: Int)
    case missingField(path: String, field: String)
    case wrongType(path: String, field: String)
    case invalidValue(path: String, field: String, reason: String)
    case noStatistics(path: String)
    case notStatistics(path: String)
    case statisticsAsModel(path: String)
    case ensembleAsModel(path: String)
    case modelAsStatistics(path: String)
    case studyInstead(path: String)
    /// - Parameter what: in words, what differs from the model.
    case statisticsOfAnotherModel(path: String, model: String, what: String)

    /// - Parameter what: in words, what differs from the study of the first.
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
        case .cannotRead: self = .cannotRead(path: path)
        case .otherFormat(Study.formatName): self = .studyInstead(path: path)
        case .otherFormat(let format): self = other(format)
        case .noDocument: self = other(nil)
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
    package func text(_ style: OptionStyle) -> String {
        switch self {
        case .fileNotFound(let path):
            "\(path.visible): no such file; check the path"
        case .cannotRead(let path):
            "\(path.visible): cannot be read; give a readable file"
        case .notAModel(let path):
            "\(path.visible): not a complete model file; make it anew with dmoe fit, aggregate or learn, or copy it again"
        case .newerFormat(let path, let version, let known):
            "\(path.visible): written in format version \(version), this program reads up to \(known); update dmoe"
        case .outdatedFormat(let path, let version):
            "\(path.visible): written in format version \(version) by a development version before 0.2.0, and no longer read; fit "
                + "again"
        case .missingField(let path, let field):
            "\(path.visible): field '\(field)' is missing; make the file anew"
        case .wrongType(let path, let field):
            "\(path.visible): field '\(field)' is not of the right kind; make the file anew"
        case .invalidValue(let path, let field, let reason):
            "\(path.visible): field '\(field)': \(reason.visible); make the file anew"
        case .noStatistics(let path):
            "\(path.visible): a reference model without statistics cannot be aggregated or updated; give models made by "
                + "dmoe fit, aggregate or learn"
        case .notStatistics(let path):
            "\(path.visible): not a complete file of statistics; make it anew with dmoe statistics, or copy it again"
        case .ensembleAsModel(let path):
            "\(path.visible): all local models in one file, not one model; use it with dmoe predict or evaluate, or aggregate "
                + "the local models"
        case .statisticsAsModel(let path):
            "\(path.visible): statistics of a site, not a model; they are for dmoe update, after the model"
        case .modelAsStatistics(let path):
            "\(path.visible): a model, not statistics; make statistics with it at the sites: dmoe statistics MODEL DATA"
        case .studyInstead(let path):
            "\(path.visible): a study, which says how tables are read; fit with it (dmoe fit, \(RequestOption.study.name(style))), and "
                + "give the model that comes of it here; dmoe study check says whether a table fits it"
        case .statisticsOfAnotherModel(let path, let model, let what):
            "\(path.visible): statistics of another model than \(model.visible): \(what.visible); make them anew with it"
        case .differentStudies(let what):
            "the models are of different studies: \(what.visible); fit all sites with one study file"
        }
    }
}
