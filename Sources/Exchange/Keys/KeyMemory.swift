import Foundation
import ModelFiles
import StudyData
import Tables

/// What the owner of a key has seen of the studies that it signs for, in a file beside the key.
///
/// The folder may be put back to what it was last week: only who remembers can see it.
struct KeyMemory: Codable {
    private(set) var studies: [SeenStudy]

    struct SeenStudy: Codable {
        var charter: ContentDigest
        var name: String
        /// The ends of logs.
        var heads: [Head]

        enum CodingKeys: String, CodingKey, CaseIterable { case charter, name, heads }

        init(charter: ContentDigest, name: String, heads: [Head]) {
            self.charter = charter
            self.name = name
            self.heads = heads
        }

        init(from decoder: any Decoder) throws {
            let fields = try KnownFields<CodingKeys>(decoder)
            charter = try fields.value(.charter)
            name = try fields.value(.name)
            heads = try fields.value(.heads)
        }
    }

    private static let mostBytes = 1 << 26

    static func path(of key: SigningKey) -> String { key.path + ".seen" }

    /// Of a key; empty where it has not been used.
    static func read(_ key: SigningKey) throws(ExchangeError) -> KeyMemory {
        let path = path(of: key)
        guard FilePath.status(path) != nil else { return KeyMemory(studies: []) }
        let data: Data
        do throws(TableError) { data = try WholeFile.contents(path, atMost: mostBytes) } catch {
            throw ExchangeError(error, path: path, kind: .memory)
        }
        guard data.count <= mostBytes else { throw .otherFile(path: path, .memory, reason: nil) }
        return try VersionedJSON(data: data, source: path).decode(KeyMemory.self)
    }

    func heads(_ charter: ContentDigest) -> [Head] { studies.first { $0.charter == charter }?.heads ?? [] }

    /// The charter of another study of the name; nil where this one is known, or none of the name.
    func otherCharter(_ name: String, than charter: ContentDigest) -> ContentDigest? {
        guard !studies.contains(where: { $0.charter == charter }) else { return nil }
        return studies.first { $0.name == name }?.charter
    }

    /// Of logs that cannot be read now, what was seen of them before stays.
    mutating func remember(_ heads: [Head], charter: ContentDigest, name: String) {
        let read = Set(heads.map(\.name))
        let seen = SeenStudy(
            charter: charter, name: name, heads: heads + self.heads(charter).filter { !read.contains($0.name) })
        if let index = studies.firstIndex(where: { $0.charter == charter }) {
            studies[index] = seen
        } else {
            studies.append(seen)
        }
    }

    func write(_ key: SigningKey) throws(ExchangeError) {
        let path = Self.path(of: key)
        do {
            let data = Data(try OrderedJSONEncoder().encode(self).utf8)
            if FilePath.status(path) == nil {
                try NewFile.write(data, to: path)
            } else {
                try OutputFile.write(data, to: path)
            }
        } catch {
            throw .cannotWrite(
                path: path,
                reason: (error as? NewFile.Failure)?.reason ?? (error as? TableError)?.description ?? "it has no text")
        }
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case format, formatVersion, studies }

    private init(studies: [SeenStudy]) { self.studies = studies }

    init(from decoder: any Decoder) throws {
        let fields = try KnownFields<CodingKeys>(decoder)
        let _: Int = try fields.value(.formatVersion)
        studies = try fields.value(.studies)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.formatName, forKey: .format)
        try container.encode(Self.versions.upperBound, forKey: .formatVersion)
        try container.encode(studies, forKey: .studies)
    }
}

extension KeyMemory: VersionedDocument {
    static let formatName = "dmoe-exchange-seen"
    static let versions = 1...1

    static func failure(_ problem: DocumentProblem, path: String) -> ExchangeError {
        ExchangeError(problem, path: path, kind: .memory)
    }
}

/// A key while one process alone signs with it.
struct KeyLock: ~Copyable {
    private let descriptor: Int32

    init(_ key: SigningKey) throws(ExchangeError) {
        let opened = open(key.path, O_RDONLY | O_CLOEXEC)
        // A file system without locks has none to be lost.
        if opened >= 0, flock(opened, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
            close(opened)
            throw .isBusy(path: key.path)
        }
        descriptor = opened
    }

    /// Ends the lock here, where it would else end after its last use.
    consuming func release() {}

    deinit { if descriptor >= 0 { close(descriptor) } }
}
