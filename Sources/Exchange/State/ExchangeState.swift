import Foundation
import ModelFiles
import StudyData

/// What of a folder is signed by those who may, and what of that counts.
package struct ExchangeState: Sendable {
    package let folder: ExchangeFolder
    package let charter: Charter
    /// Of the charter's bytes: what members compare with one another by telephone.
    package let fingerprint: ContentDigest
    /// nil where it is not the one that was signed.
    package internal(set) var study: Study?
    package internal(set) var coordinator = MemberLog(name: Member.coordinator)
    /// In the order of the charter.
    package internal(set) var sites: [SiteState]
    /// The model that the next round is about; nil where there is none, or none to trust.
    package internal(set) var model: Release<ModelFile>?
    package internal(set) var findings = [Finding]()
    /// Why the coordinator's log is not to be trusted; nil where it is.
    var coordinatorDamage: LogDamage?

    /// A file with the entry that releases it.
    package struct Release<File: Sendable>: Sendable {
        package var entry: LogEntry
        package var file: File
    }

    /// A participant.
    package struct SiteState: Sendable {
        package let name: String
        package internal(set) var log: MemberLog
        var isDamaged = false
        /// What counts of it.
        package internal(set) var local: Release<ModelFile>?
        /// At the model that there is.
        package internal(set) var statistics: Release<StatisticsFile>?

        package var isWithdrawn: Bool { log.entries.contains { $0.kind == .withdrawal } && log.standing.isEmpty }
    }

    /// - Throws: ``ExchangeError`` where the coordinator's log, on which all rests, or the study is not what was signed.
    package func check() throws(ExchangeError) {
        if let coordinatorDamage {
            throw .damagedLog(path: folder.full(ExchangeFolder.log(of: Member.coordinator)), coordinatorDamage)
        }
        if study == nil { throw .changedStudy(path: folder.full(ExchangeFolder.study)) }
    }

    package func site(_ name: String) -> SiteState? { sites.first { $0.name == name } }

    package var tampering: [Finding] { findings.filter(\.isTampering) }

    func log(of member: String) -> MemberLog? {
        member == Member.coordinator ? coordinator : site(member)?.log
    }

    /// Where the file of an entry is.
    package func path(of member: String, _ entry: LogEntry) -> String {
        folder.full(ExchangeFolder.folder(of: member) + "/" + (entry.fileName ?? ""))
    }

    /// The end of every log.
    var heads: [Head] { ([coordinator] + sites.map(\.log)).compactMap(\.head) }

    // MARK: Rounds

    var models: [LogEntry] { coordinator.entries.filter { $0.kind == .model } }

    /// What the coordinator waits for: 0 for local models, a round after that.
    package var round: Int {
        guard let last = models.last else { return 0 }
        return min(last.round + 1, charter.rounds)
    }

    /// Whether there is the model of the last round.
    package var isFinished: Bool { models.last.map { $0.round >= charter.rounds } ?? false }

    /// The entry that closed a round: of local models the first, as what comes later is for none of the rounds.
    package func closing(_ round: Int) -> LogEntry? {
        coordinator.entries.first { entry in
            entry.kind == .closing && (round == 0 || entry.round == round && entry.model == models.last?.file?.digest)
        }
    }

    /// The entries of the aggregation and of the rounds that led to the model.
    private var line: [LogEntry] {
        var result = [LogEntry]()
        for entry in models.reversed() where result.isEmpty || result.last?.model == entry.file?.digest {
            result.append(entry)
            if entry.round == 0 { break }
        }
        return result
    }

    /// The sites that the model was aggregated from.
    package var sitesOfModel: [String] { line.last?.sites.map(\.name) ?? [] }

    /// Sites whose releases are in the model and that have withdrawn them since.
    package var withdrawnFromModel: [String] {
        let uses = line.flatMap(\.sites)
        return sites.filter { site in
            guard let last = site.log.entries.last(where: { $0.kind == .withdrawal })?.sequence else { return false }
            return uses.contains { $0.name == site.name && $0.sequence < last }
        }.map(\.name)
    }

    /// Of whom something is awaited.
    package var expected: [String] {
        let names = sites.filter { !$0.isWithdrawn }.map(\.name)
        return round == 0 ? names : names.filter(sitesOfModel.contains)
    }

    /// Of whom nothing is there that counts.
    package var missing: [String] {
        expected.filter { name in round == 0 ? site(name)?.local == nil : site(name)?.statistics == nil }
    }
}
