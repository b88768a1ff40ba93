import Messages

/// What can be wrong with the policy of a site, or with an answer that it does not let out.
public enum PolicyError: Error, Sendable, Equatable {
    /// A file that cannot be opened.
    case cannotRead(path: String)
    /// Another file in place of a policy.
    case notAPolicy(path: String)
    /// A file that others than its owner may write.
    case writableByOthers(path: String)
    /// A field, and what is wrong with it.
    case invalid(path: String, field: String, reason: String)
    /// A column that the policy does not list.
    case columnNotAllowed(path: String, column: String)
    /// A release that does not count the subjects of a column.
    case subjectNeeded(path: String, column: String)
    /// A category, or a target, with more levels than are let out.
    case tooManyLevels(path: String, column: String, count: Int, most: Int)
    /// A bound on releases where no ledger counts them.
    case ledgerNeeded(path: String)
}

extension PolicyError: DoorMessage {
    /// One line that says what to do, with options spelled as the interface has them.
    public func text(_ style: OptionStyle) -> String {
        switch self {
        case .cannotRead(let path): "\(path.visible): cannot be read; give the policy of the site"
        case .notAPolicy(let path): "\(path.visible): not a policy; its \"format\" must be \"dmoe-policy\""
        case .writableByOthers(let path):
            "\(path.visible): others than its owner can write the policy; take that from them (chmod go-w \(path.visible))"
        case .invalid(let path, let field, let reason): "\(path.visible): \(field.visible) \(reason)"
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
