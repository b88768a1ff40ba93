import Foundation
import Messages
import ModelFiles
import StudyData

extension ExchangeState {
    /// Holds every file against the entry that releases it, and finds out which count.
    mutating func readFiles() {
        let known = KnownFiles([coordinator] + sites.map(\.log))
        var files = [String: Data]()
        for log in [coordinator] + sites.map(\.log) {
            let withdrawn = log.entries.count - log.standing.count
            for entry in log.entries {
                guard let name = entry.fileName else { continue }
                let path = ExchangeFolder.folder(of: log.name) + "/" + name
                do throws(ExchangeError) {
                    let data = try folder.contents(path, atMost: ExchangeFolder.mostFileBytes)
                    if entry.sequence <= withdrawn {
                        if data != nil { findings.append(Finding(log.name, .withdrawnFile(file: name))) }
                    } else if let kind = known.problem(data, entry, of: log.name, name) {
                        findings.append(Finding(log.name, kind))
                    } else {
                        files[path] = data
                    }
                } catch { findings.append(Finding(log.name, .unreadable(problem: error.text(.commandLine)))) }
            }
            findUnsigned(log)
        }
        guard let study else { return }
        readModel(files)
        for site in sites { readSite(site, study, files) }
        findRepeated(\.local) { ($0.entry, $0.file.fitted?.digest ?? $0.entry.file?.digest.text ?? "") }
        findRepeated(\.statistics) { ($0.entry, $0.entry.file?.digest.text ?? "") }
    }

    private mutating func findUnsigned(_ log: MemberLog) {
        let signed = Set(log.entries.compactMap(\.fileName) + [MemberLog.fileName])
        // Of a log that is not to be trusted nobody knows what it has signed.
        guard !(log.name == Member.coordinator ? coordinatorDamage != nil : site(log.name)?.isDamaged ?? false) else { return }
        do throws(ExchangeError) {
            for name in try folder.names(in: ExchangeFolder.folder(of: log.name)) where !signed.contains(name) {
                findings.append(Finding(log.name, .unsignedFile(file: name)))
            }
        } catch { findings.append(Finding(log.name, .unreadable(problem: error.text(.commandLine)))) }
    }

    // MARK: What counts

    private mutating func readModel(_ files: [String: Data]) {
        guard let entry = models.last, let name = entry.fileName else { return }
        let path = ExchangeFolder.folder(of: Member.coordinator) + "/" + name
        guard let data = files[path] else { return }
        do throws(ModelFileError) {
            model = Release(entry: entry, file: try ModelFile.decode(data, source: folder.full(path)))
        } catch { refuse(Member.coordinator, name, error) }
    }

    private mutating func readSite(_ site: SiteState, _ study: Study, _ files: [String: Data]) {
        func path(_ entry: LogEntry) -> String { ExchangeFolder.folder(of: site.name) + "/" + (entry.fileName ?? "") }
        if let entry = lastInTime(of: site.log, .local, round: 0), let data = files[path(entry)] {
            do throws(ModelFileError) {
                let file = try ModelFile.decode(data, source: folder.full(path(entry)))
                if file.studyDigest == study.digest {
                    change(site.name) { $0.local = Release(entry: entry, file: file) }
                } else {
                    findings.append(Finding(site.name, .fileOfAnotherStudy(file: entry.fileName ?? "")))
                }
            } catch { refuse(site.name, entry.fileName ?? "", error) }
        }
        guard round > 0, let model, let entry = lastInTime(of: site.log, .statistics, round: round) else { return }
        guard entry.model == model.entry.file?.digest, entry.round == round else {
            if model.entry.round < charter.rounds {
                findings.append(Finding(site.name, .ofEarlierModel(entry: entry.sequence)))
            }
            return
        }
        guard let data = files[path(entry)] else { return }
        do throws(ModelFileError) {
            let file = try StatisticsFile.decode(data, source: folder.full(path(entry)))
            change(site.name) { $0.statistics = Release(entry: entry, file: file) }
        } catch { refuse(site.name, entry.fileName ?? "", error) }
    }

    private mutating func refuse(_ member: String, _ file: String, _ error: ModelFileError) {
        findings.append(Finding(member, .refusedFile(file: file, problem: error.text(.commandLine))))
    }

    /// The last entry of a kind that came before the coordinator closed the round; what came later is said.
    private mutating func lastInTime(of log: MemberLog, _ kind: LogEntry.Kind, round: Int) -> LogEntry? {
        let own = log.standing.filter { $0.kind == kind }
        guard let closing = closing(round) else { return own.last }
        let last = closing.cited.first { $0.name == log.name }?.sequence ?? 0
        for late in own where late.sequence > last {
            findings.append(Finding(log.name, .afterClosing(entry: late.sequence)))
        }
        return own.last { $0.sequence <= last }
    }

    /// Of what several have released the first in the order of the charter counts.
    private mutating func findRepeated<File>(
        _ release: WritableKeyPath<SiteState, Release<File>?>, _ content: (Release<File>) -> (LogEntry, String)
    ) {
        var first = [String: String]()
        for index in sites.indices {
            guard let (entry, digest) = sites[index][keyPath: release].map(content) else { continue }
            guard let other = first[digest] else {
                first[digest] = sites[index].name
                continue
            }
            findings.append(Finding(sites[index].name, .repeated(entry: entry.sequence, other: other)))
            sites[index][keyPath: release] = nil
        }
    }
}

/// Which bytes were signed, and by whom.
private struct KnownFiles {
    private var entries = [ContentDigest: [(member: String, sequence: Int)]]()

    init(_ logs: [MemberLog]) {
        for log in logs {
            for entry in log.entries {
                guard let file = entry.file else { continue }
                entries[file.digest, default: []].append((log.name, entry.sequence))
            }
        }
    }

    /// What is wrong with the bytes of a file; nil where they are those that were signed.
    func problem(_ data: Data?, _ entry: LogEntry, of member: String, _ name: String) -> Finding.Kind? {
        guard let data else { return .missingFile(file: name) }
        let digest = ContentDigest(of: data)
        if digest == entry.file?.digest { return nil }
        guard let others = entries[digest], let other = others.first(where: { $0.member == member }) ?? others.first else {
            return .changedFile(file: name)
        }
        return other.member == member
            ? .replayedFile(file: name, entry: other.sequence)
            : .swappedFile(file: name, other: other.member, entry: other.sequence)
    }
}
