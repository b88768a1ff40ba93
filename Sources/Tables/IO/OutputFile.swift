import Foundation
import Messages

/// Writes files whole or not at all.
package enum OutputFile {
    /// Replaces the file at `path` in one step; a file that was there stays as it is where that fails.
    package static func write(_ text: String, to path: String) throws(TableError) {
        try write(Data(text.utf8), to: path)
    }

    package static func write(_ data: Data, to path: String) throws(TableError) {
        try check(path)
        let url = URL(fileURLWithPath: path)
        do {
            if isSpecial(path) {
                let handle = try FileHandle(forWritingTo: url)
                try handle.write(contentsOf: data)
                try handle.close()
            } else {
                try data.write(to: url.resolvingSymlinksInPath(), options: .atomic)
            }
        } catch {
            throw .cannotWrite(path: path, reason: "writing failed; check free space and permissions")
        }
    }

    /// Whether a file at `path` could be written, to be known before hours of work rather than after.
    ///
    /// - Parameter inputs: files that are read, and so must not be written over.
    package static func check(_ path: String, inputs: [String] = []) throws(TableError) {
        guard path != "-", !path.isEmpty else {
            throw .cannotWrite(path: path, reason: "give the name of a file")
        }
        if isSpecial(path) {
            guard FileManager.default.isWritableFile(atPath: path) else {
                throw .cannotWrite(path: path, reason: "no permission to write to it")
            }
            return
        }
        if let output = status(path), inputs.contains(where: { status($0).map { isSame($0, output) } ?? false }) {
            throw .cannotWrite(path: path, reason: "it is one of the inputs; name another file")
        }
        let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        let folder = url.deletingLastPathComponent().path
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory) {
            if isDirectory.boolValue { throw .cannotWrite(path: path, reason: "it is a directory; name a file in it") }
            guard FileManager.default.isWritableFile(atPath: url.path) else {
                throw .cannotWrite(path: path, reason: "no permission to replace it")
            }
        }
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isDirectory), isDirectory.boolValue else {
            throw .cannotWrite(path: path, reason: "the directory \(folder) does not exist; create it first")
        }
        guard FileManager.default.isWritableFile(atPath: folder) else {
            throw .cannotWrite(path: path, reason: "no permission to write in \(folder)")
        }
    }

    /// A pipe or a device: to be written to, never to be replaced.
    private static func isSpecial(_ path: String) -> Bool {
        guard let kind = status(path)?.st_mode else { return false }
        return ![S_IFREG, S_IFDIR].contains(kind & S_IFMT)
    }

    private static func status(_ path: String) -> stat? {
        var result = stat()
        return stat(path, &result) == 0 ? result : nil
    }

    private static func isSame(_ left: stat, _ right: stat) -> Bool {
        left.st_dev == right.st_dev && left.st_ino == right.st_ino
    }

    package static func makeDirectory(_ path: String) throws(TableError) {
        do { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) } catch {
            throw .cannotWrite(path: path, reason: "the directory cannot be made")
        }
    }
}
