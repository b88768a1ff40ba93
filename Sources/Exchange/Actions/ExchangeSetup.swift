import Foundation
import Messages
import ModelFiles
import StudyData
import Tables

/// The beginning of an exchange: what `dmoe exchange init` asks for.
package struct ExchangeSetup: Sendable {
    package var name: String
    /// The path of the study file, which is copied into the folder as it is.
    package var study: String
    package var participants: [Charter.Participant]
    package var leastSites = 1
    package var rounds = 0
    package var minimumRows: Int?
    package var deadline: String?
    package var note: String?

    package init(name: String, study: String, participants: [Charter.Participant]) {
        self.name = name
        self.study = study
        self.participants = participants
    }

    /// Writes study and charter, and signs them in the coordinator's log.
    ///
    /// The charter comes last: before it there is no exchange, and the command can be run again.
    ///
    /// - Parameter key: of the coordinator.
    /// - Throws: ``ExchangeError``, `StudyError`.
    package func run(folder path: String, key: SigningKey) throws -> (charter: Charter, fingerprint: ContentDigest) {
        let folder = ExchangeFolder(path: path)
        let bytes = try WholeFile.contents(study, atMost: ExchangeFolder.mostDocumentBytes)
        let read = try Study.decode(bytes, source: study)
        guard read.experts != nil else {
            throw ExchangeError.invalidField(
                path: study, field: "experts", reason: "is missing: sites fit by the study alone")
        }
        let charter = Charter(
            name: name, study: ContentDigest(of: bytes), coordinator: key.publicKey, participants: participants,
            leastSites: leastSites, rounds: rounds, minimumRows: minimumRows, deadline: deadline, note: note)
        if let (field, reason) = charter.problem {
            throw ExchangeError.invalidOption("the charter cannot be so: \(field) \(reason)")
        }
        guard try folder.contents(ExchangeFolder.charter, atMost: ExchangeFolder.mostDocumentBytes) == nil else {
            throw ExchangeError.alreadyThere(path: folder.full(ExchangeFolder.charter))
        }
        let text = try charter.text()
        let fingerprint = ContentDigest(of: text)
        try folder.write(Data("* -text\n".utf8), to: ExchangeFolder.attributes)
        try folder.write(bytes, to: ExchangeFolder.study)
        try folder.write(try Self.opening(fingerprint, key), to: ExchangeFolder.log(of: Member.coordinator))
        try folder.write(text, to: ExchangeFolder.charter)
        return (charter, fingerprint)
    }

    private static func opening(_ charter: ContentDigest, _ key: SigningKey) throws(ExchangeError) -> Data {
        var log = MemberLog(name: Member.coordinator)
        try log.append(
            LogEntry(kind: .opening, author: Member.coordinator, charter: charter), charter: charter, signedBy: key)
        return try log.text()
    }
}
