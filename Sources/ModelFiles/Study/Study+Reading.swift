import Foundation
import Messages
import StudyData
import Tables

extension Study: VersionedDocument {
    package static let versions = 1...1

    package static func failure(_ problem: DocumentProblem, path: String) -> StudyError {
        switch problem {
        case .fileNotFound: .fileNotFound(path: path)
        case .cannotRead(let reason): .cannotRead(path: path, reason: reason)
        case .noDocument(let reason): .notAStudy(path: path, reason: reason)
        case .syntax(let line): .notAStudy(path: path, reason: "no JSON at or before line \(line)")
        case .otherContent: .notAStudy(path: path, reason: "it is a table, or another file of data")
        case .otherFormat(let format):
            .notAStudy(
                path: path,
                reason: format.map { "its format is \($0.quoted)" } ?? "\"format\": \"\(formatName)\" is missing")
        case .newerFormat(let version, let known): .newerFormat(path: path, version: version, known: known)
        // There is none before the first.
        case .outdatedFormat: .notAStudy(path: path, reason: nil)
        case .missingField(let field): .missingField(path: path, field: field)
        case .wrongType(let field, let type):
            .invalidValue(path: path, field: field, reason: "should hold \(JSONType.words(type))")
        case .invalidValue(let field, let reason): .invalidValue(path: path, field: field, reason: reason)
        case .corrupt(let field, let description):
            field.isEmpty
                ? .notAStudy(path: path, reason: nil) : .invalidValue(path: path, field: field, reason: description)
        }
    }
}

extension Study {
    /// Reads and checks a study file.
    ///
    /// - Throws: `StudyError` that names the file and the field.
    public static func read(path: String) throws(StudyError) -> Study {
        try decode(VersionedJSON.contents(path: path, of: Study.self), source: path)
    }

    package static func decode(_ data: Data, source: String) throws(StudyError) -> Study {
        let study = try VersionedJSON(data: data, source: source).decode(Study.self)
        if let (field, reason) = study.problem { throw .invalidValue(path: source, field: field, reason: reason) }
        return study
    }

    /// The file as text, in an order and with line breaks for people.
    public func text() -> String {
        // Validated studies hold finite numbers only.
        (try? OrderedJSONEncoder().encode(self)) ?? ""
    }

    /// Writes the file, whole or not at all.
    package func write(to path: String) throws(TableError) { try OutputFile.write(text(), to: path) }
}
