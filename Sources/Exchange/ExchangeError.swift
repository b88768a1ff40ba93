import DistributedMoE
import Messages
import ModelFiles
import Tables

/// What can be wrong with an exchange, or with what is asked of it.
package enum ExchangeError: Error, Sendable, Equatable {
    /// There is no file at `path`.
    case fileNotFound(path: String, FileKind)
    /// The file exists but its bytes cannot be had.
    case cannotRead(path: String, reason: String)
    case cannotWrite(path: String, reason: String)
    /// No file of the kind; `reason` says why where it is known.
    case otherFile(path: String, FileKind, reason: String?)
    /// Written in a version of the format that is newer than the `known` one.
    case newerFormat(path: String, version: Int, known: Int)
    /// A field that is absent, or has a value that it cannot have; `reason` completes the sentence.
    case invalidField(path: String, field: String, reason: String)
    /// A key that others than its owner may read.
    case readableByOthers(path: String)
    case cannotSign(path: String)
    /// A link, a folder or a device where a file, or a folder, of the exchange should be.
    case notOfFolder(path: String, what: String)
    /// An exchange where one is to begin.
    case alreadyThere(path: String)
    /// A key that the charter has not.
    case strangersKey(path: String, key: String)
    /// A site's command with the coordinator's key, or the other way about.
    case otherRole(isCoordinator: Bool)
    /// The log of the coordinator, on which all rests, or of the member itself.
    case damagedLog(path: String, LogDamage)
    /// A study file that is not that of the charter.
    case changedStudy(path: String)
    /// The charter has another digest than was said.
    case otherCharter(found: String, expected: String)
    /// A folder that held another charter when the key was last used for a study of the name.
    case replacedCharter(name: String, found: String, known: String)
    /// Another process signs with the key.
    case isBusy(path: String)
    /// The coordinator has closed the round.
    case isClosed(round: Int)
    case nothingToWithdraw(name: String)
    /// There is no global model, or none to trust.
    case noModel
    /// The coordinator has signed another model since the site began to answer.
    case modelReplaced
    /// As many rounds as the charter has are over.
    case noFurtherRound(most: Int)
    case notEnough(found: Int, needed: Int, missing: [String], hasTampering: Bool)
    case tooFewRequired(least: Int, most: Int)
    /// Sites that the model was made of and that have withdrawn since.
    case modelHasWithdrawn([String])
    /// Sites whose releases were withdrawn or replaced while a model was made of them.
    case changedMeanwhile([String])
    /// Nobody has said yes.
    case notApproved
    /// Something does not verify; how many things.
    case doesNotVerify(count: Int)
    case invalidOption(String)
}

/// Kinds of files, as messages name them.
package enum FileKind: Sendable, Equatable {
    case charter, key, log, memory
}

extension ExchangeError {
    package var exitCode: ExitCode {
        switch self {
        case .fileNotFound, .cannotRead, .noModel: .noInput
        case .notEnough(_, _, _, let hasTampering): hasTampering ? .data : .noInput
        case .cannotWrite, .isBusy, .alreadyThere: .cannotCreate
        case .otherRole, .tooFewRequired, .invalidOption: .usage
        case .cannotSign: .ourFault
        default: .data
        }
    }

    init(_ problem: DocumentProblem, path: String, kind: FileKind) {
        switch problem {
        case .fileNotFound: self = .fileNotFound(path: path, kind)
        case .cannotRead(let reason): self = .cannotRead(path: path, reason: reason)
        case .noDocument(let reason): self = .otherFile(path: path, kind, reason: reason)
        case .syntax(let line):
            self = .otherFile(path: path, kind, reason: kind == .log ? "no JSON" : "no JSON at or before line \(line)")
        case .otherContent: self = .otherFile(path: path, kind, reason: "it is a table, or another file of data")
        case .otherFormat(let format):
            self = .otherFile(
                path: path, kind,
                reason: format.map { "its format is \($0.quoted)" } ?? "the name of its format is missing")
        case .newerFormat(let version, let known): self = .newerFormat(path: path, version: version, known: known)
        case .outdatedFormat: self = .otherFile(path: path, kind, reason: "of an earlier version")
        case .missingField(let field): self = .invalidField(path: path, field: field, reason: "is missing")
        case .wrongType(let field, let type):
            self = .invalidField(path: path, field: field, reason: "should hold \(JSONType.words(type))")
        case .invalidValue(let field, let reason): self = .invalidField(path: path, field: field, reason: reason)
        case .corrupt(let field, let description):
            self =
                field.isEmpty
                ? .otherFile(path: path, kind, reason: nil)
                : .invalidField(path: path, field: field, reason: description)
        }
    }

    init(_ error: TableError, path: String, kind: FileKind = .key) {
        guard case .cannotRead(_, let reason) = error else {
            self = .fileNotFound(path: path, kind)
            return
        }
        self = .cannotRead(path: path, reason: reason)
    }

    /// What is wrong, without the file that it is about.
    var reason: String {
        switch self {
        case .otherFile(_, let kind, let reason): "no \(kind.words)" + (reason.map { " (\($0.visible))" } ?? "")
        case .newerFormat(_, let version, let known):
            "written in format version \(version), and this program reads up to \(known); update dmoe"
        case .invalidField(_, let field, let reason): "field '\(field.beginning.visible)' \(reason.visible)"
        default: text(.commandLine)
        }
    }
}

extension FileKind {
    var words: String {
        switch self {
        case .charter: "charter of an exchange"
        case .key: "private key of an exchange"
        case .log: "entry of a log"
        case .memory: "memory of a key"
        }
    }

    var advice: String {
        switch self {
        case .charter: "give the folder that dmoe exchange init made"
        case .key: "give the file that dmoe exchange key made"
        case .log: "copy the log again from its owner"
        case .memory: "take it from a backup; without it, what this key has signed and seen is not known here"
        }
    }
}
