import Foundation

/// Writes files whole or not at all.
public enum OutputFile {
    public struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
        public var path: String
        public var reason: String

        public var description: String { "\(path.visible): cannot be written: \(reason.visible)" }
    }

    /// Replaces the file at `path` in one step; a file that was there stays as it is where that fails.
    public static func write(_ text: String, to path: String) throws(Failure) {
        try write(Data(text.utf8), to: path)
    }

    public static func write(_ data: Data, to path: String) throws(Failure) {
        try check(path)
        do { try data.write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
            throw Failure(path: path, reason: "writing failed; check free space and permissions")
        }
    }

    /// Whether a file at `path` could be written, to be told before hours of work rather than after.
    public static func check(_ path: String) throws(Failure) {
        let url = URL(fileURLWithPath: path)
        let folder = url.deletingLastPathComponent().path
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory) {
            if isDirectory.boolValue { throw Failure(path: path, reason: "it is a directory; name a file in it") }
            guard FileManager.default.isWritableFile(atPath: url.path) else {
                throw Failure(path: path, reason: "no permission to replace it")
            }
        }
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isDirectory), isDirectory.boolValue else {
            throw Failure(path: path, reason: "the directory \(folder) does not exist; create it first")
        }
        guard FileManager.default.isWritableFile(atPath: folder) else {
            throw Failure(path: path, reason: "no permission to write in \(folder)")
        }
    }

    public static func makeDirectory(_ path: String) throws(Failure) {
        do { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) } catch {
            throw Failure(path: path, reason: "the directory cannot be made")
        }
    }
}
