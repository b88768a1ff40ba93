import Messages

/// What can be wrong with a study file. Each text is one line that names the file and the field.
package enum StudyError: Error, Sendable, Equatable {
    case fileNotFound(path: String)
    case cannotRead(path: String)
    /// - Parameter reason: where the text is no JSON; nil where it is, but of something else.
    case notAStudy(path: String, reason: String?)
    case newerFormat(path: String, version: Int, known: Int)
    case missingField(path: String, field: String)
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
    package func text(_ style: OptionStyle) -> String {
        switch self {
        case .fileNotFound(let path):
            "\(path.visible): no such file; check the path"
        case .cannotRead(let path):
            "\(path.visible): cannot be read; give a readable file"
        case .notAStudy(let path, let reason):
            "\(path.visible): not a study file" + (reason.map { ": \($0.visible)" } ?? "")
                + "; make one with dmoe study new, or correct it"
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
