import Foundation
import Messages
import ModelFiles
import StudyData

extension ExchangeState {
    /// Holds every file against the entry that releases it, and finds out which count.
    mutating func readFiles() {
        let known = KnownFiles([coordinator] + sites.map(\.log))
        var files = VerifiedFiles()
        for log in [coordinator] + sites.map(\.log) {
            let withdrawn = log.entries.count - log.standing.count
            for entry in log.entries {
                guard let name = entry.fileName else { continue }
                do throws(ExchangeError) {
                    let data = try folder.contents(
                        ExchangeFolder.folder(of: log.name) + "/" + name, atMost: ExchangeFolder.mostFileBytes)
                    if entry.sequence <= withdrawn {
                        if data != nil { findings.append(Finding(log.name, .withdrawnFile(file: name))) }
                    } else if let kind = known.problem(data, entry, of: log.name, name) {
                        findings.append(Finding(log.name, kind))
                    } else {
                        files[path(of: log.name, entry)] = data
                    }
                } catch { findings.append(Finding(log.name, .unreadable(problem: error.text(.commandLine)))) }
            }
            findUnsigned(log)
        }
        readReleases(files)
    }

    private mutating func findUnsigned(_ log: MemberLog) {
        let signed = Set(log.entries.compactMap(\.fileName) + [MemberLog.fileName])
        // Of a log that is not to be trusted nobody knows what it has signed.
        guard !isDamaged(log.name) else { return }
        do throws(ExchangeError) {
            for name in try folder.names(in: ExchangeFolder.folder(of: log.name)) where !signed.contains(name) {
                findings.append(Finding(log.name, .unsignedFile(file: name)))
            }
        } catch { findings.append(Finding(log.name, .unreadable(problem: error.text(.commandLine)))) }
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
        guard let others = entries[digest], let other = others.first(where: { $0.member == member }) ?? others.first
        else {
            return .changedFile(file: name)
        }
        return other.member == member
            ? .replayedFile(file: name, entry: other.sequence)
            : .swappedFile(file: name, other: other.member, entry: other.sequence)
    }
}
