import Foundation
import Messages
import StudyData

extension Study {
    /// Reads and checks a study file.
    ///
    /// - Throws: ``StudyError`` that names the file and the field.
    package static func read(path: String) throws(StudyError) -> Study {
        guard FileManager.default.fileExists(atPath: path) else { throw .fileNotFound(path: path) }
        let data: Data
        do { data = try Data(contentsOf: URL(fileURLWithPath: path)) } catch { throw .cannotRead(path: path) }
        return try decode(data, source: path)
    }

    package static func decode(_ data: Data, source: String) throws(StudyError) -> Study {
        struct Head: Decodable {
            var format: String?
            var formatVersion: Int?
        }
        if let reason = syntaxProblem(data) { throw .notAStudy(path: source, reason: reason) }
        let decoder = JSONDecoder()
        // Before the fields: those of a later version may be others.
        if let head = try? decoder.decode(Head.self, from: data) {
            guard head.format == formatName else {
                let reason =
                    head.format.map { "its format is \($0.quoted)" } ?? "\"format\": \"\(formatName)\" is missing"
                throw .notAStudy(path: source, reason: reason)
            }
            if let version = head.formatVersion, version > currentVersion {
                throw .newerFormat(path: source, version: version, known: currentVersion)
            }
        }
        let study: Study
        do { study = try decoder.decode(Study.self, from: data) } catch let error as DecodingError {
            throw StudyError(error, path: source)
        } catch {
            throw .notAStudy(path: source, reason: nil)
        }
        if let (field, reason) = study.problem { throw .invalidValue(path: source, field: field, reason: reason) }
        return study
    }

    /// Why the text is no JSON, and in which line.
    private static func syntaxProblem(_ data: Data) -> String? {
        do { _ = try JSONSerialization.jsonObject(with: data) } catch {
            let problem = (error as NSError).userInfo["NSDebugDescription"] as? String ?? "it is no JSON"
            guard let last = problem.split(separator: " ").last, let position = Int(last.filter(\.isNumber)) else {
                return problem
            }
            let line = 1 + data.prefix(position).count { $0 == UInt8(ascii: "\n") }
            return "no JSON at or before line \(line)"
        }
        return nil
    }

    /// The file as text, in an order and with line breaks for people.
    package func text() -> String {
        // Validated studies hold finite numbers only.
        (try? OrderedJSONEncoder().encode(self)) ?? ""
    }
}
