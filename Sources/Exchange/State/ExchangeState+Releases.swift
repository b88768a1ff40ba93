import Foundation
import Messages
import ModelFiles
import StudyData

/// Bytes that are those that were signed, by the path of their file.
typealias VerifiedFiles = [String: Data]

/// Which of the files that verify count.
extension ExchangeState {
    mutating func readReleases(_ files: VerifiedFiles) {
        guard let study else { return }
        readModel(files)
        for site in sites {
            readLocal(site, study, files)
            if let model, round > 0 { readStatistics(site, model, files) }
        }
        findRepeated(\.local) { $0.file.fitted?.digest ?? "" }
        findRepeated(\.statistics) { $0.entry.file?.digest.text ?? "" }
    }

    private mutating func readModel(_ files: VerifiedFiles) {
        guard let entry = models.last, let data = files[path(of: Member.coordinator, entry)] else { return }
        do throws(ModelFileError) {
            let file = try ModelFile.decode(data, source: path(of: Member.coordinator, entry))
            _ = try file.withStatistics(path: path(of: Member.coordinator, entry))
            model = Release(entry: entry, file: file)
        } catch { refuse(Member.coordinator, entry, error) }
    }

    private mutating func readLocal(_ site: SiteState, _ study: Study, _ files: VerifiedFiles) {
        guard let entry = lastInTime(of: site.log, .local, round: 0) else { return }
        let path = path(of: site.name, entry)
        guard let data = files[path] else { return }
        do throws(ModelFileError) {
            let file = try ModelFile.decode(data, source: path)
            try file.refuseDraft(path: path)
            _ = try file.withStatistics(path: path)
            if file.studyDigest != study.digest {
                findings.append(Finding(site.name, .fileOfAnotherStudy(file: entry.fileName ?? "")))
            } else if file.kind != .local {
                findings.append(
                    Finding(site.name, .refusedFile(file: entry.fileName ?? "", problem: "it is no local model")))
            } else {
                change(site.name) { $0.local = Release(entry: entry, file: file) }
            }
        } catch { refuse(site.name, entry, error) }
    }

    private mutating func readStatistics(_ site: SiteState, _ model: Release<ModelFile>, _ files: VerifiedFiles) {
        guard let entry = lastInTime(of: site.log, .statistics, round: round) else { return }
        guard entry.model == model.entry.file?.digest, entry.round == round else {
            // Those of earlier rounds have done their work.
            if entry.round >= round, !isFinished {
                findings.append(Finding(site.name, .ofEarlierModel(entry: entry.sequence)))
            }
            return
        }
        let (path, name) = (path(of: site.name, entry), path(of: Member.coordinator, model.entry))
        guard let data = files[path] else { return }
        do throws(ModelFileError) {
            let file = try StatisticsFile.decode(data, source: path)
            try file.check(isOf: try model.file.withStatistics(path: name), path: path, modelPath: name)
            change(site.name) { $0.statistics = Release(entry: entry, file: file) }
        } catch { refuse(site.name, entry, error) }
    }

    private mutating func refuse(_ member: String, _ entry: LogEntry, _ error: ModelFileError) {
        findings.append(
            Finding(member, .refusedFile(file: entry.fileName ?? "", problem: error.text(.commandLine))))
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
        _ release: WritableKeyPath<SiteState, Release<File>?>, _ content: (Release<File>) -> String
    ) {
        var first = [String: String]()
        for index in sites.indices {
            guard let own = sites[index][keyPath: release] else { continue }
            guard let other = first[content(own)] else {
                first[content(own)] = sites[index].name
                continue
            }
            findings.append(Finding(sites[index].name, .repeated(entry: own.entry.sequence, other: other)))
            sites[index][keyPath: release] = nil
        }
    }
}
