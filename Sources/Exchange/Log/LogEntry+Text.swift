import Foundation
import ModelFiles
import StudyData

extension LogEntry: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case format, formatVersion, sequence, previous, charter, author, kind, round, file, model, sites, cited,
            approvedBy, note
        case written, software, signature
    }

    /// What is not known would not be signed: every field is known.
    package init(from decoder: any Decoder) throws {
        let fields = try KnownFields<CodingKeys>(decoder)
        let _: Int = try fields.value(.formatVersion)
        sequence = try fields.value(.sequence)
        previous = try fields.optional(.previous)
        charter = try fields.value(.charter)
        author = try fields.value(.author)
        kind = try fields.requiredChoice(.kind)
        round = try fields.value(.round)
        file = try fields.optional(.file)
        model = try fields.optional(.model)
        sites = try fields.optional(.sites) ?? []
        cited = try fields.optional(.cited) ?? []
        approvedBy = try fields.optional(.approvedBy)
        note = try fields.optional(.note)
        written = try fields.value(.written)
        software = try fields.value(.software)
        signature = try fields.value(.signature)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.formatName, forKey: .format)
        try container.encode(Self.versions.upperBound, forKey: .formatVersion)
        try container.encode(sequence, forKey: .sequence)
        try container.encodeIfPresent(previous, forKey: .previous)
        try container.encode(charter, forKey: .charter)
        try container.encode(author, forKey: .author)
        try container.encode(kind, forKey: .kind)
        try container.encode(round, forKey: .round)
        try container.encodeIfPresent(file, forKey: .file)
        try container.encodeIfPresent(model, forKey: .model)
        if !sites.isEmpty { try container.encode(sites, forKey: .sites) }
        if !cited.isEmpty { try container.encode(cited, forKey: .cited) }
        try container.encodeIfPresent(approvedBy, forKey: .approvedBy)
        try container.encodeIfPresent(note, forKey: .note)
        try container.encode(written, forKey: .written)
        try container.encode(software, forKey: .software)
        try container.encode(signature, forKey: .signature)
    }
}

extension LogEntry: VersionedDocument {
    package static let formatName = "dmoe-exchange-entry"
    package static let versions = 1...1

    package static func failure(_ problem: DocumentProblem, path: String) -> ExchangeError {
        ExchangeError(problem, path: path, kind: .log)
    }

    /// Of a line without its end.
    package static func decode(_ line: Data, source: String) throws(ExchangeError) -> LogEntry {
        try VersionedJSON(data: line, source: source).decode(LogEntry.self)
    }

    /// As a line, with its end.
    package func line() throws(ExchangeError) -> Data {
        do { return try ReleaseLedger.encoder.encode(self) + [UInt8(ascii: "\n")] } catch {
            throw .cannotWrite(path: MemberLog.fileName, reason: "the entry has no text")
        }
    }
}

// MARK: What is signed

extension LogEntry {
    /// Of all fields but the signature, in this order.
    package var digest: ContentDigest {
        var bytes = CanonicalBytes(domain: "dmoe-exchange-entry 1")
        bytes.add(charter.text)
        bytes.add(author)
        bytes.add(sequence)
        bytes.add(previous?.text)
        bytes.add(kind.rawValue)
        bytes.add(round)
        bytes.add(file.map { [$0] } ?? []) { bytes, file in
            bytes.add(file.digest.text)
            bytes.add(file.bytes)
        }
        bytes.add(model?.text)
        bytes.add(sites) { bytes, site in
            bytes.add(site.name)
            bytes.add(site.sequence)
        }
        bytes.add(cited) { bytes, head in
            bytes.add(head.name)
            bytes.add(head.sequence)
            bytes.add(head.digest.text)
            bytes.add(head.signature.text)
        }
        for text in [approvedBy, note, written, software] { bytes.add(text) }
        return bytes.digest
    }

    /// The bytes that the author signs: they say whose entry it is, in which log of which study, without the entry itself, so that a citation
    /// proves what was signed.
    static func signed(
        _ charter: ContentDigest, _ author: String, _ sequence: Int, _ digest: ContentDigest
    ) -> Data {
        var bytes = CanonicalBytes(domain: "dmoe-exchange-signature 1")
        bytes.add(charter.text)
        bytes.add(author)
        bytes.add(sequence)
        bytes.add(digest.text)
        return bytes.data
    }
}
