import Messages

/// What is to be said of something in the folder: that it does not verify, does not count, or is not there.
package struct Finding: Sendable, Equatable {
    /// Whose log or file it is about; nil for the folder.
    package var member: String?
    package var kind: Kind

    package enum Kind: Sendable, Equatable, Codable {
        /// The log is not what its owner has signed.
        case damagedLog(line: Int, reason: Coded<LogDamage.Reason>)
        /// The log cites what the other member has not signed.
        case falseCitation(entry: Int, other: String)
        /// A link, a pipe, something too large.
        case unreadable(problem: String)
        /// The study file is not that of the charter.
        case changedStudy
        /// A signed file is not there, or not yet.
        case missingFile(file: String)
        /// The bytes are not those that were signed.
        case changedFile(file: String)
        /// The bytes are those that another member signed.
        case swappedFile(file: String, other: String, entry: Int)
        /// The bytes are those of another entry of the same member.
        case replayedFile(file: String, entry: Int)
        /// Signed, and no file that can be used; why.
        case refusedFile(file: String, problem: String)
        /// Signed, and of another study than that of the charter.
        case fileOfAnotherStudy(file: String)
        /// The same content as that of another member, which counts once.
        case repeated(entry: Int, other: String)
        /// Released after the coordinator had closed the round.
        case afterClosing(entry: Int)
        /// Statistics at a model that another has taken the place of.
        case ofEarlierModel(entry: Int)
        /// A file that no entry is about.
        case unsignedFile(file: String)
        /// A file that its owner has withdrawn, and that is still there.
        case withdrawnFile(file: String)
        /// A folder of nobody in the charter.
        case stranger(name: String)
    }

    package init(_ member: String?, _ kind: Kind) {
        self.member = member
        self.kind = kind
    }

    static func damage(_ member: String, _ damage: LogDamage) -> Finding {
        Finding(member, .damagedLog(line: damage.line, reason: Coded(damage.reason)))
    }

    /// Whether something was tampered with, or signed that should not have been.
    package var isTampering: Bool {
        switch kind {
        case .missingFile, .afterClosing, .ofEarlierModel, .unsignedFile, .withdrawnFile, .stranger: false
        default: true
        }
    }

    package var code: String { MessageCode(kind).code }
}

extension Finding: DoorMessage {
    package func text(_ style: OptionStyle) -> String { (member.map { "\($0.visible): " } ?? "") + sentence }

    private var sentence: String {
        switch kind {
        case .damagedLog(let line, let reason):
            "log, line \(line): \(LogDamage(line: line, reason: reason.wrappedValue).text); nothing of this log counts"
        case .falseCitation(let entry, let other):
            "log, entry \(entry): cites an entry of \(other.quoted) that \(other.quoted) has not signed"
        case .unreadable(let problem): problem
        case .changedStudy: "\(ExchangeFolder.study) is not the study that the coordinator signed"
        case .missingFile(let file): "\(file.visible) was signed, and is not there, or not yet"
        case .changedFile(let file): "\(file.visible) was changed after it was signed"
        case .swappedFile(let file, let other, let entry):
            "\(file.visible) has the bytes of entry \(entry) of \(other.quoted): files were swapped"
        case .replayedFile(let file, let entry):
            "\(file.visible) has the bytes of entry \(entry) of the same member: another file was put in its place"
        case .refusedFile(let file, let problem): "\(file.visible) was signed, and cannot be used: \(problem.visible)"
        case .fileOfAnotherStudy(let file): "\(file.visible) was signed, and is of another study"
        case .repeated(let entry, let other):
            "entry \(entry) is the release of \(other.quoted) once more: it counts once"
        case .afterClosing(let entry):
            "entry \(entry) came after the coordinator had closed the round: it does not count"
        case .ofEarlierModel(let entry):
            "entry \(entry) is of a model that another has taken the place of: it does not count"
        case .unsignedFile(let file):
            "\(file.visible) is in no entry of the log: left by a command that was stopped, not yet complete here, or put there by somebody"
        case .withdrawnFile(let file): "\(file.visible) is withdrawn, and still there: withdraw again removes it"
        case .stranger(let name):
            "\(ExchangeFolder.participants)/\(name.visible) is of nobody who takes part, and is not looked at"
        }
    }
}
