import Foundation
import Messages
import ModelFiles
import StudyData

extension Charter: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case format, formatVersion, name, note, deadline, study, coordinator, participants, leastSites, rounds,
            minimumRows
        case nonce
    }

    /// What is not known would be a rule that nobody keeps: every field is known.
    package init(from decoder: any Decoder) throws {
        let fields = try KnownFields<CodingKeys>(decoder)
        let _: Int = try fields.value(.formatVersion)
        name = try fields.value(.name)
        note = try fields.optional(.note)
        deadline = try fields.optional(.deadline)
        study = try fields.value(.study)
        coordinator = try fields.value(.coordinator)
        participants = try fields.value(.participants)
        leastSites = try fields.value(.leastSites)
        rounds = try fields.value(.rounds)
        minimumRows = try fields.optional(.minimumRows)
        nonce = try fields.value(.nonce)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.formatName, forKey: .format)
        try container.encode(Self.currentVersion, forKey: .formatVersion)
        try container.encode(name, forKey: .name)
        try container.encodeIfPresent(note, forKey: .note)
        try container.encodeIfPresent(deadline, forKey: .deadline)
        try container.encode(study, forKey: .study)
        try container.encode(coordinator, forKey: .coordinator)
        try container.encode(participants, forKey: .participants)
        try container.encode(leastSites, forKey: .leastSites)
        try container.encode(rounds, forKey: .rounds)
        try container.encodeIfPresent(minimumRows, forKey: .minimumRows)
        try container.encode(nonce, forKey: .nonce)
    }
}

extension Charter: VersionedDocument {
    package static let formatName = "dmoe-exchange"
    package static let versions = 1...currentVersion

    package static func failure(_ problem: DocumentProblem, path: String) -> ExchangeError {
        ExchangeError(problem, path: path, kind: .charter)
    }

    /// Reads and checks a charter.
    ///
    /// - Throws: ``ExchangeError`` that names the field.
    package static func decode(_ data: Data, source: String) throws(ExchangeError) -> Charter {
        let charter = try VersionedJSON(data: data, source: source).decode(Charter.self)
        if let (field, reason) = charter.problem { throw .invalidField(path: source, field: field, reason: reason) }
        return charter
    }

    /// The charter as text, as the file has it.
    package func text() throws(ExchangeError) -> Data {
        do { return Data(try OrderedJSONEncoder().encode(self).utf8) } catch {
            throw .cannotWrite(path: ExchangeFolder.charter, reason: "it has no text")
        }
    }

    private static let mostParticipants = 10_000
    private static let longestText = 2_000

    /// A field that does not go with the others, and why.
    package var problem: (field: String, reason: String)? {
        if participants.isEmpty || participants.count > Self.mostParticipants {
            return ("participants", "must be from 1 to \(Self.mostParticipants)")
        }
        if !(1...participants.count).contains(leastSites) {
            return ("leastSites", "must be from 1 to \(participants.count), the number of participants")
        }
        if !(0...ReleaseLedger.mostRounds).contains(rounds) {
            return ("rounds", "must be from 0 to \(ReleaseLedger.mostRounds)")
        }
        let (least, most) = (RequestOption.leastThreshold, RequestOption.largestThreshold)
        if let minimumRows, !(least...most).contains(minimumRows) {
            return ("minimumRows", "must be from \(least) to \(most)")
        }
        for (field, text) in [("name", name), ("note", note ?? ""), ("deadline", deadline ?? ""), ("nonce", nonce)]
        where text.utf8.count > Self.longestText {
            return (field, "must have at most \(Self.longestText) bytes")
        }
        return memberProblem
    }

    private var memberProblem: (field: String, reason: String)? {
        var (names, keys) = (Set<String>(), Set([coordinator]))
        for (index, participant) in participants.enumerated() {
            if let reason = Member.problem(participant.name) { return ("participants[\(index)].name", reason) }
            // Some file systems do not distinguish upper from lower case.
            guard names.insert(participant.name.lowercased()).inserted else {
                return (
                    "participants[\(index)].name", "\(participant.name.quoted) is there twice, in upper or lower case"
                )
            }
            guard keys.insert(participant.key).inserted else {
                return ("participants[\(index)].key", "is the key of another member; each has a key of its own")
            }
        }
        return nil
    }
}
