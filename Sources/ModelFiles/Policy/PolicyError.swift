import Messages

/// What can be wrong with the policy of a site, or with an answer that it does not let out.
public enum PolicyError: Error, Sendable, Equatable {
    /// There is no file at `path`.
    case fileNotFound(path: String)
    /// The file exists but its bytes cannot be had.
    case cannotRead(path: String, reason: String)
    /// No policy; `reason` says why where it is known.
    case notAPolicy(path: String, reason: String?)
    /// Written in a version of the format that is newer than the `known` one.
    case newerFormat(path: String, version: Int, known: Int)
    /// A field that is needed is absent.
    case missingField(path: String, field: String)
    /// A file that others than its owner may write.
    case writableByOthers(path: String)
    /// A field with a value that it cannot have; `reason` completes the sentence.
    case invalidValue(path: String, field: String, reason: String)
    /// A column that the policy does not list.
    case columnNotAllowed(path: String, column: String)
    /// A release that does not count the subjects of a column.
    case subjectNeeded(path: String, column: String)
    /// A category, or a target, with more levels than are let out.
    case tooManyLevels(path: String, column: String, count: Int, most: Int)
    /// A bound on releases where no ledger counts them.
    case ledgerNeeded(path: String)
}

extension PolicyError {
    /// Whether the input could not be had at all, rather than holding something wrong.
    package var isMissingInput: Bool {
        switch self {
        case .fileNotFound, .cannotRead: true
        default: false
        }
    }
}

extension PolicyError: DoorMessage {
    /// One line that says what to do, with options spelled as the interface has them.
    public func text(_ style: OptionStyle) -> String {
        switch self {
        case .fileNotFound(let path): "\(path.visible): no such file; give the policy of the site"
        case .cannotRead(let path, let reason):
            "\(path.visible): cannot be read: \(reason.visible); give the policy of the site"
        case .notAPolicy(let path, let reason):
            "\(path.visible): not a policy" + (reason.map { ": \($0.visible)" } ?? "") + "; give the policy of the site"
        case .newerFormat(let path, let version, let known):
            "\(path.visible): written in format version \(version), this program reads up to \(known); update dmoe"
        case .missingField(let path, let field): "\(path.visible): field '\(field.visible)' is missing; add it"
        case .writableByOthers(let path):
            "\(path.visible): others than its owner can write the policy; take that from them (chmod go-w \(path.visible))"
        case .invalidValue(let path, let field, let reason):
            "\(path.visible): field '\(field.visible)' \(reason.visible)"
        case .columnNotAllowed(let path, let column):
            "refused by the policy \(path.visible): column \(column.quoted) is not among its columns; leave it out by "
                + "\(RequestOption.features.name(style)) or \(RequestOption.exclude.name(style))"
        case .subjectNeeded(let path, let column):
            "refused by the policy \(path.visible): releases count the subjects of \(column.quoted); give it by "
                + "\(RequestOption.subject.name(style))"
        case .tooManyLevels(let path, let column, let count, let most):
            "refused by the policy \(path.visible): \(column.quoted) has \(count) levels, and at most \(most) are released here; merge them"
        case .ledgerNeeded(let path):
            "refused by the policy \(path.visible): it bounds releases or rounds, which a ledger counts; keep one by "
                + "\(RequestOption.ledger.name(style))"
        }
    }
}
