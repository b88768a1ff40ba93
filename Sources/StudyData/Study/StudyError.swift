import Messages

/// What can be wrong with a study file.
///
/// Each text is one line that names the file and the field.
public enum StudyError: Error, Sendable, Equatable {
    /// There is no file at `path`.
    case fileNotFound(path: String)
    /// The file exists but its bytes cannot be had.
    case cannotRead(path: String, reason: String)
    /// No study; `reason` says why where it is known.
    case notAStudy(path: String, reason: String?)
    /// Written in a version of the format that is newer than the `known` one.
    case newerFormat(path: String, version: Int, known: Int)
    /// A field that is needed is absent.
    case missingField(path: String, field: String)
    /// A field with a value that it cannot have; `reason` completes the sentence.
    case invalidValue(path: String, field: String, reason: String)

    /// Whether the input could not be had at all, rather than holding something wrong.
    package var isMissingInput: Bool {
        switch self {
        case .fileNotFound, .cannotRead: true
        default: false
        }
    }
}

extension StudyError: DoorMessage {
    /// One line that says what to do, with options spelled as the interface has them.
    public func text(_ style: OptionStyle) -> String {
        switch self {
        case .fileNotFound(let path):
            "\(path.visible): no such file; check the path"
        case .cannotRead(let path, let reason):
            "\(path.visible): cannot be read: \(reason.visible); give a readable file"
        case .notAStudy(let path, let reason):
            "\(path.visible): not a study file" + (reason.map { ": \($0.visible)" } ?? "")
                + "; make one with \(Operation.newStudy.name(style)), or correct it"
        case .newerFormat(let path, let version, let known):
            "\(path.visible): written in format version \(version), this program reads up to \(known); update dmoe"
        case .missingField(let path, let field):
            "\(path.visible): field '\(field.visible)' is missing; add it"
        case .invalidValue(let path, let field, let reason):
            "\(path.visible): field '\(field.visible)' \(reason.visible)"
        }
    }
}

extension [any CodingKey] {
    /// As in `covariates[2].levels`.
    package var fieldName: String {
        reduce("") { text, key in
            if let index = key.intValue { return text + "[\(index)]" }
            return text.isEmpty ? key.stringValue : text + "." + key.stringValue
        }
    }
}
