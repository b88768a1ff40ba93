import Foundation
import Messages
import Tables

/// A file that a fit, an aggregation or a round leaves behind.
package protocol ResultDocument: VersionedDocument, Encodable where Failure == ModelFileError {
    /// What it holds, in words.
    static var content: String { get }

    /// Checks what a reader checks.
    ///
    /// - Throws: ``ModelFileError`` that names the field.
    func validate(source: String) throws(ModelFileError)
}

extension ResultDocument {
    /// Reads and checks it.
    ///
    /// - Throws: ``ModelFileError`` that names the field.
    package static func decode(_ data: Data, source: String) throws(ModelFileError) -> Self {
        try decode(VersionedJSON(data: data, source: source))
    }

    static func decode(_ json: VersionedJSON) throws(ModelFileError) -> Self {
        let file = try json.decode(Self.self)
        try file.validate(source: json.source)
        return file
    }

    /// The file as text, which can be read again.
    ///
    /// - Throws: ``ModelFileError/invalidValue(path:field:reason:)`` for a number that is not finite,
    ///   ``ModelFileError/notWritten(path:field:reason:)`` for what a reader would refuse.
    package func text(path: String) throws(ModelFileError) -> String {
        do throws(ModelFileError) { try validate(source: path) } catch {
            guard case .invalidValue(let path, let field, let reason) = error else { throw error }
            throw .notWritten(path: path, field: field, reason: reason)
        }
        do { return try OrderedJSONEncoder().encode(self) } catch {
            throw .invalidValue(path: path, field: Self.content, reason: "holds a number that is not finite")
        }
    }

    /// Writes the file, whole or not at all.
    ///
    /// - Returns: its bytes.
    /// - Throws: ``ModelFileError`` for what could not be read again, `TableError` where it cannot be written.
    func writeDocument(to path: String) throws -> Int {
        let text = try text(path: path)
        try OutputFile.write(text, to: path)
        return text.utf8.count
    }
}
