import Foundation

/// Where a path leads.
package enum FilePath {
    /// The directory and the name in it.
    package static func parts(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let folder = path[..<slash]
        return (folder.isEmpty ? "/" : String(folder), String(path[path.index(after: slash)...]))
    }

    private static let mostLinks = 40

    /// Past all links, also where nothing is at their end; nil where they run in a circle, or to a name that is no text in UTF-8.
    ///
    /// Foundation leaves a link that leads to nothing as it is, and what is written replaces the link.
    package static func resolved(_ path: String) -> String? {
        var path = path
        var target = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        for _ in 0..<mostLinks {
            let count = readlink(path, &target, target.count - 1)
            guard count >= 0 else { return path }
            guard let link = String(validating: target[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self) else {
                return nil
            }
            path = link.hasPrefix("/") ? link : parts(path).folder + "/" + link
        }
        return nil
    }

    package static func status(_ path: String) -> stat? {
        var result = stat()
        return stat(path, &result) == 0 ? result : nil
    }

    /// Whether others than the owner may write the file at its end.
    package static func isWritableByOthers(_ path: String) -> Bool {
        (status(path)?.st_mode).map { $0 & (S_IWGRP | S_IWOTH) != 0 } ?? false
    }

    /// Whether others than the owner may read or write the file at its end.
    package static func isReadableByOthers(_ path: String) -> Bool {
        (status(path)?.st_mode).map { $0 & S_IFMT == S_IFREG && $0 & (S_IRWXG | S_IRWXO) != 0 } ?? false
    }

    /// A pipe or a device.
    package static func isSpecial(_ path: String) -> Bool {
        guard let kind = status(path)?.st_mode else { return false }
        return ![S_IFREG, S_IFDIR].contains(kind & S_IFMT)
    }

    /// Whether two paths are of one name in one folder, whether or not there is a file.
    package static func isSamePlace(_ first: String, _ second: String) -> Bool {
        guard let first = resolved(first).map(parts), let second = resolved(second).map(parts) else { return false }
        return first.name == second.name && isSame(first.folder, second.folder)
    }

    /// Whether two paths lead to one place, where there is something at both.
    package static func isSame(_ first: String, _ second: String) -> Bool {
        guard let first = FileIdentity(first), let second = FileIdentity(second) else { return false }
        return first == second
    }
}

/// Which file it is, whatever name it was found by.
package struct FileIdentity: Hashable {
    private let device: UInt64
    private let number: UInt64

    package init(_ status: stat) {
        (device, number) = (UInt64(truncatingIfNeeded: status.st_dev), UInt64(truncatingIfNeeded: status.st_ino))
    }

    /// nil where there is nothing by this name; - is standard input.
    package init?(_ path: String) {
        var status = stat()
        let code = path == "-" ? fstat(STDIN_FILENO, &status) : stat(path, &status)
        guard code == 0 else { return nil }
        self.init(status)
    }
}
