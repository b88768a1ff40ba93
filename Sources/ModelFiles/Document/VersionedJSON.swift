import Foundation
import StudyData

/// A JSON file that begins with the name and version of its format.
package struct VersionedJSON {
    let data: Data
    /// The name in errors.
    let source: String
    /// What to say of a file that is something else, or cut short.
    let incomplete: ModelFileError

    private struct Head: Decodable {
        var format: String
        var formatVersion: Int
    }

    private var head: Head? { try? JSONDecoder().decode(Head.self, from: data) }

    /// nil where the file has none.
    var format: String? { head?.format }

    static func contents(path: String) throws(ModelFileError) -> Data {
        guard FileManager.default.fileExists(atPath: path) else { throw .fileNotFound(path: path) }
        do { return try Data(contentsOf: URL(fileURLWithPath: path)) } catch { throw .cannotRead(path: path) }
    }

    /// - Parameter version: the newest that is known.
    func decode<File: Decodable>(_ type: File.Type, format: String, version: Int) throws(ModelFileError) -> File {
        if self.format == Study.formatName { throw .studyInstead(path: source) }
        guard let head, head.format == format else { throw incomplete }
        guard head.formatVersion >= 1 else {
            throw .invalidValue(path: source, field: "formatVersion", reason: "must be 1 or more")
        }
        guard head.formatVersion <= version else {
            throw .newerFormat(path: source, version: head.formatVersion, known: version)
        }
        do { return try JSONDecoder().decode(type, from: data) } catch let error as DecodingError {
            throw ModelFileError(error, path: source, incomplete: incomplete)
        } catch {
            throw incomplete
        }
    }
}
