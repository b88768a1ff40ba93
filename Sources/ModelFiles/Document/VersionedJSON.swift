import Foundation
import StudyData
import Tables

/// What can be wrong with a file that begins with the name and version of its format, before its fields are looked at one by one.
package enum DocumentProblem {
    case fileNotFound
    case cannotRead(reason: String)
    /// No JSON, for a reason, or no object.
    case noDocument(reason: String?)
    /// No JSON, at or before a line.
    case syntax(line: Int)
    /// Something that does not even begin as an object does, such as a table.
    case otherContent
    /// nil where the name of the format is missing.
    case otherFormat(String?)
    case newerFormat(version: Int, known: Int)
    case outdatedFormat(version: Int)
    case missingField(String)
    case wrongType(field: String, expected: any Any.Type)
    case invalidValue(field: String, reason: String)
    /// - Parameter field: empty for the file as a whole.
    case corrupt(field: String, description: String)

    init(_ error: DecodingError) {
        switch error {
        case .keyNotFound(let key, let context):
            self = .missingField((context.codingPath + [key]).fieldName)
        case .valueNotFound(_, let context):
            self = .missingField(context.codingPath.fieldName)
        case .typeMismatch(let type, let context):
            self = .wrongType(field: context.codingPath.fieldName, expected: type)
        case .dataCorrupted(let context):
            let field = context.codingPath.fieldName
            if let problem = context.underlyingError as? StudyFieldProblem {
                self = .invalidValue(field: field, reason: problem.reason)
            } else {
                self = .corrupt(field: field, description: context.debugDescription)
            }
        @unknown default:
            self = .noDocument(reason: nil)
        }
    }
}

/// A file that begins with the name and version of its format.
package protocol VersionedDocument: Decodable {
    associatedtype Failure: Error

    static var formatName: String { get }
    /// Those that are read; the last is written.
    static var versions: ClosedRange<Int> { get }

    static func failure(_ problem: DocumentProblem, path: String) -> Failure
}

/// The text of such a file: the one path on which they are read.
package struct VersionedJSON {
    let data: Data
    /// The name in errors.
    let source: String

    package init(data: Data, source: String) {
        self.data = data
        self.source = source
    }

    /// Of any other type than expected the fields are missing here: what is wrong with them is found when all are read.
    private struct Head: Decodable {
        var format: String?
        var formatVersion: Int?

        private enum CodingKeys: String, CodingKey { case format, formatVersion }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            format = try? container.decode(String.self, forKey: .format)
            formatVersion = try? container.decode(Int.self, forKey: .formatVersion)
        }
    }

    private var head: Head? { try? JSONDecoder().decode(Head.self, from: data) }

    /// nil where the file has none.
    var format: String? { head?.format }

    static func contents<Document: VersionedDocument>(
        path: String, of type: Document.Type
    ) throws(Document.Failure) -> Data {
        let data: Data
        do throws(TableError) {
            data = try WholeFile.contents(path, atMost: mostBytes) {
                // Something large that is no object: its beginning is enough to say so.
                $0.prefix(WholeFile.partSize).first { !blanks.contains($0) } == objectStart
            }
        } catch {
            guard case .cannotRead(_, let reason) = error else { throw Document.failure(.fileNotFound, path: path) }
            throw Document.failure(.cannotRead(reason: reason), path: path)
        }
        guard data.count <= mostBytes else {
            throw Document.failure(.noDocument(reason: "it has more than \(mostBytes >> 20) MiB"), path: path)
        }
        return data
    }

    /// An ensemble of ten thousand sites has less.
    private static let mostBytes = 1 << 30
    private static let objectStart = UInt8(ascii: "{")

    package func decode<Document: VersionedDocument>(_ type: Document.Type) throws(Document.Failure) -> Document {
        if let problem = headProblem(Document.formatName, Document.versions) ?? keyProblem {
            throw Document.failure(problem, path: source)
        }
        do { return try JSONDecoder().decode(type, from: data) } catch {
            let problem = Self.problem(error)
            if case .corrupt("", _) = problem, let number = numberProblem(type) {
                throw Document.failure(number, path: source)
            }
            throw Document.failure(problem, path: source)
        }
    }

    private static func problem(_ error: any Error) -> DocumentProblem {
        (error as? DecodingError).map { DocumentProblem($0) } ?? .noDocument(reason: nil)
    }

    private var keyProblem: DocumentProblem? {
        // Decoders read UTF-16 and UTF-32 as well.
        guard !data.prefix(4).contains(0) else { return .noDocument(reason: "it is no UTF-8 text") }
        return walk { $0.duplicatedKey() }.map { .invalidValue(field: $0, reason: "is duplicated") }
    }

    /// The first number that its field cannot hold, such as 1.5 for a count.
    ///
    /// Foundation does not say where it is: it is looked for by halves, with harmless numbers in the place of all behind.
    private func numberProblem<Document: VersionedDocument>(_ type: Document.Type) -> DocumentProblem? {
        guard data.count <= Self.longestSearched,
            let numbers = walk({ $0.unusualNumbers(atMost: Self.mostSearched) })
        else { return nil }
        func isWrong(within count: Int) -> Bool {
            do { _ = try JSONDecoder().decode(type, from: harmless(numbers[count...])) } catch {
                if case .corrupt("", _) = Self.problem(error) { return true }
            }
            return false
        }
        guard isWrong(within: numbers.count), !isWrong(within: 0) else { return nil }
        var (right, wrong) = (0, numbers.count)
        while wrong - right > 1 {
            let middle = (right + wrong) / 2
            if isWrong(within: middle) { wrong = middle } else { right = middle }
        }
        let number = numbers[wrong - 1]
        let text = String(
            decoding: data.dropFirst(number.lowerBound).prefix(min(number.count, Self.mostDigits)), as: UTF8.self)
        return .invalidValue(
            field: walk { $0.path(ofNumberAt: number.lowerBound) },
            reason: "cannot be \(text)\(number.count > Self.mostDigits ? "…" : "")")
    }

    private func walk<Result>(_ body: (inout JSONWalk) -> Result) -> Result {
        data.withUnsafeBytes { raw in
            var walk = JSONWalk(raw.bindMemory(to: UInt8.self))
            return body(&walk)
        }
    }

    private static let mostDigits = 40
    /// Bytes and numbers of a file in which a wrong number is looked for; the files of a hundred experts have fewer.
    private static let (longestSearched, mostSearched) = (1 << 22, 100_000)

    /// The text with 1 for each of these numbers.
    private func harmless(_ numbers: ArraySlice<Range<Int>>) -> Data {
        let data = Data(data)
        var result = Data()
        var start = 0
        for number in numbers {
            result += data[start..<number.lowerBound]
            result.append(UInt8(ascii: "1"))
            start = number.upperBound
        }
        return result + data[start...]
    }

    /// Before the fields: those of another version may be others.
    private func headProblem(_ format: String, _ versions: ClosedRange<Int>) -> DocumentProblem? {
        guard let head else {
            let first = data.first { !Self.blanks.contains($0) }
            let isOther = first.map { $0 != Self.objectStart } ?? false
            return isOther && !data.starts(with: Self.byteOrderMark)
                ? .otherContent : syntaxProblem
        }
        guard head.format == format else { return .otherFormat(head.format) }
        guard let version = head.formatVersion else { return nil }
        guard version >= 1 else { return .invalidValue(field: "formatVersion", reason: "must be 1 or more") }
        if version > versions.upperBound { return .newerFormat(version: version, known: versions.upperBound) }
        return version < versions.lowerBound ? .outdatedFormat(version: version) : nil
    }

    private static let blanks = Set(" \t\r\n".utf8)
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Why the text is no JSON, and in which line where that is known.
    private var syntaxProblem: DocumentProblem {
        do { _ = try JSONSerialization.jsonObject(with: data) } catch {
            let problem = (error as NSError).userInfo["NSDebugDescription"] as? String ?? "it is no JSON"
            guard let last = problem.split(separator: " ").last, let position = Int(last.filter(\.isNumber)) else {
                return .noDocument(reason: problem)
            }
            return .syntax(line: 1 + data.prefix(position).count { $0 == UInt8(ascii: "\n") })
        }
        return .noDocument(reason: nil)
    }
}
