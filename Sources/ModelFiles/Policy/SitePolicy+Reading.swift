import Foundation
import Messages
import StudyData
import Tables

extension SitePolicy: VersionedDocument {
    package static let formatName = "dmoe-policy"
    package static let versions = 1...1

    package static func failure(_ problem: DocumentProblem, path: String) -> PolicyError {
        switch problem {
        case .fileNotFound: .fileNotFound(path: path)
        case .cannotRead(let reason): .cannotRead(path: path, reason: reason)
        case .noDocument(let reason): .notAPolicy(path: path, reason: reason)
        case .syntax(let line): .notAPolicy(path: path, reason: "no JSON at or before line \(line)")
        case .otherContent: .notAPolicy(path: path, reason: "it is a table, or another file of data")
        case .otherFormat(let format):
            .notAPolicy(
                path: path,
                reason: format.map { "its format is \($0.quoted)" } ?? "\"format\": \"\(formatName)\" is missing")
        case .newerFormat(let version, let known): .newerFormat(path: path, version: version, known: known)
        // There is none before the first.
        case .outdatedFormat: .notAPolicy(path: path, reason: nil)
        case .missingField(let field): .missingField(path: path, field: field)
        case .wrongType(let field, let type):
            .invalidValue(path: path, field: field, reason: "should hold \(JSONType.words(type))")
        case .invalidValue(let field, let reason): .invalidValue(path: path, field: field, reason: reason)
        case .corrupt(let field, let description):
            field.isEmpty
                ? .notAPolicy(path: path, reason: nil)
                : .invalidValue(path: path, field: field, reason: description)
        }
    }

    private enum CodingKeys: String, CodingKey {
        case format, formatVersion, note, columns, subject, minimumRows, levels, levelsPerRow, releases, rounds
    }

    /// A rule that is spelled wrong would be no rule: every field is known.
    package init(from decoder: any Decoder) throws {
        let all = try decoder.container(keyedBy: AnyKey.self)
        if let unknown = all.allKeys.filter({ CodingKeys(stringValue: $0.stringValue) == nil }).min(by: {
            $0.stringValue < $1.stringValue
        }) {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: [unknown], debugDescription: "",
                    underlyingError: StudyFieldProblem(reason: "is not known; check how it is written")))
        }
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        _ = try fields.decode(Int.self, forKey: .formatVersion)
        // A null would be no rule.
        func given<Value: Decodable>(_ key: CodingKeys) throws -> Value? {
            fields.contains(key) ? try fields.decode(Value.self, forKey: key) : nil
        }
        let _: String? = try given(.note)
        let columns: [String]? = try given(.columns)
        self.columns = columns.map(Set.init)
        subject = try given(.subject)
        minimumRows = try given(.minimumRows)
        levels = try given(.levels) ?? Self.mostLevels
        levelsPerRow = try given(.levelsPerRow) ?? Self.mostLevelsPerRow
        releases = try given(.releases)
        rounds = try given(.rounds) ?? ReleaseLedger.mostRounds
    }

    private struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init?(stringValue: String) { self.stringValue = stringValue }

        init?(intValue: Int) { nil }
    }

    /// Reads and checks the policy of a site.
    ///
    /// - Throws: ``PolicyError`` for a file that is none, that others may write, or that would loosen a rule.
    package static func read(path: String) throws(PolicyError) -> SitePolicy {
        let data = try VersionedJSON.contents(path: path, of: SitePolicy.self)
        if FilePath.isWritableByOthers(path) { throw .writableByOthers(path: path) }
        return try decode(data, source: path)
    }

    package static func decode(_ data: Data, source: String) throws(PolicyError) -> SitePolicy {
        var policy = try VersionedJSON(data: data, source: source).decode(SitePolicy.self)
        policy.path = source
        if let (field, reason) = policy.loosening {
            throw .invalidValue(path: source, field: field, reason: "\(reason): a policy tightens rules")
        }
        return policy
    }

    /// A field that would let out more than the rules do, and what it must be.
    private var loosening: (field: String, reason: String)? {
        let least = RequestOption.leastThreshold
        let most = RequestOption.largestThreshold
        let checks = [
            (
                minimumRows.map { (least...most).contains($0) } ?? true, "minimumRows",
                "must be from \(least) to \(most)"
            ),
            ((2...Self.mostLevels).contains(levels), "levels", "must be from 2 to \(Self.mostLevels)"),
            (
                levelsPerRow > 0 && levelsPerRow <= Self.mostLevelsPerRow, "levelsPerRow",
                "must be above 0 and at most \(Self.mostLevelsPerRow)"
            ),
            (releases.map { $0 >= 0 } ?? true, "releases", "must be 0 or more"),
            (
                (0...ReleaseLedger.mostRounds).contains(rounds), "rounds",
                "must be from 0 to \(ReleaseLedger.mostRounds)"
            ),
        ]
        return checks.first { !$0.0 }.map { ($0.1, $0.2) }
    }
}
