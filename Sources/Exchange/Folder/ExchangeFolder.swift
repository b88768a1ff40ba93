import Foundation
import Messages
import Tables

/// The folder that the members share: whatever is in it may have been put there by anybody.
///
/// Names in it are paths from the folder on. No link in it is followed, and no file is read that is larger than what belongs there.
package struct ExchangeFolder: Sendable, Equatable {
    package let path: String

    package static let charter = "exchange.json"
    package static let study = "study.json"
    package static let participants = "participants"
    /// So that git gives everybody the same bytes.
    static let attributes = ".gitattributes"

    static let mostDocumentBytes = 1 << 24
    static let mostFileBytes = 1 << 28

    package init(path: String) { self.path = path }

    /// The coordinator cites all participants in each entry, these cite the coordinator alone.
    static func mostLogBytes(of member: String) -> Int { member == Member.coordinator ? 1 << 26 : 1 << 22 }

    /// Of a member's files.
    package static func folder(of member: String) -> String {
        member == Member.coordinator ? Member.coordinator : participants + "/" + member
    }

    static func log(of member: String) -> String { folder(of: member) + "/" + MemberLog.fileName }

    package func full(_ name: String) -> String { path.hasSuffix("/") ? path + name : path + "/" + name }

    // MARK: Reading

    /// All bytes; nil where there is nothing.
    ///
    /// - Throws: ``ExchangeError`` for what is no file, or too large.
    func contents(_ name: String, atMost most: Int) throws(ExchangeError) -> Data? {
        guard try isThere(name, as: S_IFREG) else { return nil }
        let data: Data
        do throws(TableError) { data = try WholeFile.contents(full(name), atMost: most) } catch {
            guard case .cannotRead(_, let reason) = error else { return nil }
            throw .cannotRead(path: full(name), reason: reason)
        }
        guard data.count <= most else {
            throw .cannotRead(
                path: full(name), reason: "it has more than \(most >> 20) MiB, as no file of an exchange has")
        }
        return data
    }

    /// Of a folder, sorted, without hidden ones; empty where there is none.
    func names(in name: String) throws(ExchangeError) -> [String] {
        guard try isThere(name, as: S_IFDIR) else { return [] }
        let all = (try? FileManager.default.contentsOfDirectory(atPath: full(name))) ?? []
        return all.filter { !$0.hasPrefix(".") }.sorted()
    }

    /// Whether there is something of the kind; links on the way are refused.
    private func isThere(_ name: String, as kind: mode_t) throws(ExchangeError) -> Bool {
        var part = ""
        let parts = name.split(separator: "/")
        for (index, next) in parts.enumerated() {
            part += (part.isEmpty ? "" : "/") + next
            var status = stat()
            guard lstat(full(part), &status) == 0 else { return false }
            let wanted = index + 1 < parts.count ? S_IFDIR : kind
            guard status.st_mode & S_IFMT == wanted else {
                throw .notOfFolder(path: full(part), what: Self.words(status.st_mode & S_IFMT))
            }
        }
        return true
    }

    private static func words(_ kind: mode_t) -> String {
        switch kind {
        case S_IFLNK: "a link"
        case S_IFDIR: "a folder in the place of a file"
        case S_IFREG: "a file in the place of a folder"
        default: "a pipe or a device"
        }
    }

    // MARK: Writing

    /// Writes a file whole, in the place of one of the name.
    func write(_ data: Data, to name: String) throws(ExchangeError) {
        _ = try isThere(name, as: S_IFREG)
        do throws(TableError) {
            try OutputFile.makeDirectory(FilePath.parts(full(name)).folder)
            try OutputFile.write(data, to: full(name))
        } catch {
            switch error {
            case .cannotWrite(_, let reason), .writingFailed(_, let reason):
                throw .cannotWrite(path: full(name), reason: reason)
            default: throw .cannotWrite(path: full(name), reason: error.description)
            }
        }
    }

    func remove(_ name: String) throws(ExchangeError) {
        guard try isThere(name, as: S_IFREG) else { return }
        guard unlink(full(name)) == 0 || errno == ENOENT else {
            throw .cannotWrite(path: full(name), reason: String(cString: strerror(errno)))
        }
    }
}
