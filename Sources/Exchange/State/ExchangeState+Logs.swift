import Foundation
import Messages
import ModelFiles
import StudyData

extension ExchangeState {
    /// Reads a folder, and holds each log against what others have seen of it.
    ///
    /// - Parameter seen: ends of logs that the reader remembers; of another study's logs there are none.
    /// - Throws: ``ExchangeError`` where there is no charter; what else does not verify is a finding.
    package static func read(
        _ folder: ExchangeFolder, seen: (ContentDigest) -> [Head] = { _ in [] }
    ) throws(ExchangeError) -> ExchangeState {
        let path = folder.full(ExchangeFolder.charter)
        guard let data = try folder.contents(ExchangeFolder.charter, atMost: ExchangeFolder.mostDocumentBytes) else {
            throw .fileNotFound(path: path, .charter)
        }
        let charter = try Charter.decode(data, source: path)
        var state = ExchangeState(
            folder: folder, charter: charter, fingerprint: ContentDigest(of: data),
            sites: charter.participants.map { SiteState(name: $0.name, log: MemberLog(name: $0.name)) })
        state.readStudy()
        state.readLogs()
        state.checkCitations(seen: seen(state.fingerprint))
        state.readFiles()
        state.findStrangers()
        return state
    }

    private mutating func readStudy() {
        do {
            let data = try folder.contents(ExchangeFolder.study, atMost: ExchangeFolder.mostDocumentBytes)
            if let data, ContentDigest(of: data) == charter.study {
                study = try Study.decode(data, source: folder.full(ExchangeFolder.study))
            } else {
                findings.append(
                    Finding(nil, data == nil ? .missingFile(file: ExchangeFolder.study) : .changedStudy))
            }
        } catch { findings.append(Finding(nil, .unreadable(problem: Messages.text(of: error, .commandLine)))) }
    }

    private mutating func readLogs() {
        switch readLog(Member.coordinator, charter.coordinator) {
        case .log(let log) where !log.entries.isEmpty: coordinator = log
        case .log:
            noteDamage(
                Member.coordinator,
                LogDamage(line: 1, reason: .unreadable(what: "the charter is not signed, or not yet: there is no log")))
        case .damaged(let damage): noteDamage(Member.coordinator, damage)
        case .unreadable(let problem):
            noteDamage(Member.coordinator, LogDamage(line: 1, reason: .unreadable(what: problem)))
        }
        for participant in charter.participants {
            switch readLog(participant.name, participant.key) {
            case .log(let log): change(participant.name) { $0.log = log }
            case .damaged(let damage): noteDamage(participant.name, damage)
            case .unreadable(let problem):
                noteDamage(participant.name, LogDamage(line: 1, reason: .unreadable(what: problem)))
            }
        }
    }

    private enum ReadLog {
        case log(MemberLog)
        case damaged(LogDamage)
        case unreadable(String)
    }

    private func readLog(_ name: String, _ key: MemberKey) -> ReadLog {
        let data: Data?
        do throws(ExchangeError) {
            data = try folder.contents(ExchangeFolder.log(of: name), atMost: ExchangeFolder.mostLogBytes(of: name))
        } catch { return .unreadable(error.text(.commandLine)) }
        guard let data else { return .log(MemberLog(name: name)) }
        do throws(LogDamage) {
            return .log(try MemberLog(data, name: name, key: key, charter: fingerprint))
        } catch { return .damaged(error) }
    }

    /// Nothing of a log that is not what its owner signed counts.
    private mutating func noteDamage(_ name: String, _ damage: LogDamage) {
        findings.append(.damage(name, damage))
        if name == Member.coordinator {
            coordinatorDamage = coordinatorDamage ?? damage
            coordinator = MemberLog(name: name)
        } else {
            change(name) { site in
                site.log = MemberLog(name: name)
                site.isDamaged = true
            }
        }
    }

    mutating func change(_ name: String, _ body: (inout SiteState) -> Void) {
        guard let index = sites.firstIndex(where: { $0.name == name }) else { return }
        body(&sites[index])
    }

    // MARK: Citations

    private mutating func checkCitations(seen: [Head]) {
        var heads = seen
        var known = Set(seen)
        for log in [coordinator] + sites.map(\.log) {
            let cited = log.entries.flatMap { entry in entry.cited.map { (entry.sequence, $0) } }
            for (entry, head) in cited where !known.contains(head) {
                guard key(of: head.name).map({ head.isSigned(by: $0, charter: fingerprint) }) == true else {
                    findings.append(Finding(log.name, .falseCitation(entry: entry, other: head.name.beginning)))
                    // One says enough of who signs it.
                    break
                }
                known.insert(head)
                heads.append(head)
            }
        }
        for head in heads {
            guard let log = log(of: head.name), !isDamaged(head.name) else { continue }
            if let damage = log.damage(by: head) { noteDamage(head.name, damage) }
        }
    }

    func isDamaged(_ name: String) -> Bool {
        name == Member.coordinator ? coordinatorDamage != nil : site(name)?.isDamaged ?? false
    }

    private func key(of name: String) -> MemberKey? {
        name == Member.coordinator ? charter.coordinator : charter.participant(name)?.key
    }

    private mutating func findStrangers() {
        do throws(ExchangeError) {
            let known = Set(sites.map(\.name))
            for name in try folder.names(in: ExchangeFolder.participants) where !known.contains(name) {
                findings.append(Finding(nil, .stranger(name: name)))
            }
        } catch { findings.append(Finding(nil, .unreadable(problem: error.text(.commandLine)))) }
    }
}
