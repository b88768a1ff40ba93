import Messages
import Tables

/// A file that a fit, an aggregation or a round leaves behind.
package protocol ResultDocument: VersionedDocument, Encodable where Failure == ModelFileError {
    /// What it holds, in words.
    static var content: String { get }
}

extension ResultDocument {
    /// The file as text.
    ///
    /// - Throws: ``ModelFileError/invalidValue(path:field:reason:)`` for a number that is not finite.
    package func text(path: String) throws(ModelFileError) -> String {
        do { return try OrderedJSONEncoder().encode(self) } catch {
            throw .invalidValue(path: path, field: Self.content, reason: "holds a number that is not finite")
        }
    }

    /// Writes the file, whole or not at all.
    ///
    /// - Returns: its bytes.
    /// - Throws: ``ModelFileError`` for a number that is not finite, `TableError` where it cannot be written.
    func writeDocument(to path: String) throws -> Int {
        let text = try text(path: path)
        try OutputFile.write(text, to: path)
        return text.utf8.count
    }
}
