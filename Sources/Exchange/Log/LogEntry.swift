import Foundation
import Messages
import ModelFiles
import StudyData

/// A line of a log: what a member did, signed, and which entry of its log was the one before.
package struct LogEntry: Sendable, Equatable {
    /// From 1.
    package var sequence: Int
    /// Of the entry before; nil for the first.
    package var previous: ContentDigest?
    package var charter: ContentDigest
    package var author: String
    package var kind: Kind
    /// 0: local models, and the global model of them; from 1 on, statistics at the model of the round before, and the model of these.
    package var round: Int
    /// What it releases; nil where it releases nothing.
    package var file: FileReference?
    /// Of a model's file: that statistics were taken at, that a model of a round was made from, that a closing of a round is of.
    package var model: ContentDigest?
    /// Of a model: what it was made of.
    package var sites: [Use]
    /// What the author has seen of other logs.
    package var cited: [Head]
    package var approvedBy: String?
    package var note: String?
    /// The author's clock, for people: nothing is decided by it.
    package var written: String
    package var software: String
    package var signature: Signature

    /// What is yet to be put into a log, and signed.
    init(kind: Kind, author: String, charter: ContentDigest) {
        self.kind = kind
        self.author = author
        self.charter = charter
        (sequence, round, sites, cited) = (0, 0, [], [])
        written = Date().ISO8601Format()
        software = "dmoe \(Version.current)"
        signature = .none
    }

    package enum Kind: String, Codable, Sendable, CaseIterable {
        /// The study begins: the coordinator signs the charter.
        case opening
        /// A local model.
        case local
        /// A site's sums at a global model.
        case statistics
        /// A site takes back all that it has released.
        case withdrawal
        /// A global model.
        case model
        /// What comes later in this round does not count.
        case closing
    }

    /// A released file, which is called by its entry.
    package struct FileReference: Sendable, Equatable, Codable {
        package var digest: ContentDigest
        package var bytes: Int

        init(_ data: Data) {
            digest = ContentDigest(of: data)
            bytes = data.count
        }

        enum CodingKeys: String, CodingKey, CaseIterable { case digest, bytes }

        package init(from decoder: any Decoder) throws {
            let fields = try KnownFields<CodingKeys>(decoder)
            digest = try fields.value(.digest)
            bytes = try fields.value(.bytes)
        }
    }

    /// A release that a model was made of.
    package struct Use: Sendable, Equatable, Codable {
        package var name: String
        package var sequence: Int

        init(name: String, sequence: Int) {
            self.name = name
            self.sequence = sequence
        }

        enum CodingKeys: String, CodingKey, CaseIterable { case name, sequence }

        package init(from decoder: any Decoder) throws {
            let fields = try KnownFields<CodingKeys>(decoder)
            name = try fields.value(.name)
            sequence = try fields.value(.sequence)
        }
    }

    /// The name of what it releases, in the folder of its author; nil where it releases nothing.
    package var fileName: String? {
        guard file != nil else { return nil }
        return Self.fileName(kind, sequence)
    }

    static func fileName(_ kind: Kind, _ sequence: Int) -> String? {
        switch kind {
        case .local: "local-\(sequence).json"
        case .statistics: "statistics-\(sequence).json"
        case .model: "global-\(sequence).json"
        case .opening, .withdrawal, .closing: nil
        }
    }
}

/// The last entry of a log as another member saw it: with its signature, so that nobody can cite what was not signed.
package struct Head: Sendable, Hashable, Codable {
    package var name: String
    package var sequence: Int
    package var digest: ContentDigest
    var signature: Signature

    init(name: String, sequence: Int, digest: ContentDigest, signature: Signature) {
        self.name = name
        self.sequence = sequence
        self.digest = digest
        self.signature = signature
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case name, sequence, digest, signature }

    package init(from decoder: any Decoder) throws {
        let fields = try KnownFields<CodingKeys>(decoder)
        name = try fields.value(.name)
        sequence = try fields.value(.sequence)
        digest = try fields.value(.digest)
        signature = try fields.value(.signature)
    }

    func isSigned(by key: MemberKey, charter: ContentDigest) -> Bool {
        key.hasSigned(LogEntry.signed(charter, name, sequence, digest), signature)
    }
}
