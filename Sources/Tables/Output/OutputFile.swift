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
        do throws(ReplacementFile.Failure) {
            // To be written to, never to be replaced.
            if FilePath.isSpecial(path) {
                try writeThrough(data, to: path)
            } else {
                let file = try ReplacementFile(path: FilePath.resolved(path) ?? path)
                try file.write(data)
                try file.replace()
            }
        } catch {
            switch error.step {
            case .creating: throw .cannotWrite(path: path, reason: error.reason)
            case .writing:
                throw .writingFailed(path: path, reason: "\(error.reason); a file that was there is unchanged")
            case .syncingFolder:
                throw .writingFailed(
                    path: path, reason: "\(error.reason); the file is there, but may be lost if the machine stops now")
            }
        }
    }

    private static func writeThrough(_ data: Data, to path: String) throws(ReplacementFile.Failure) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ReplacementFile.Failure(step: .creating, number: errno) }
        defer { close(descriptor) }
        try Descriptor.write(data, to: descriptor)
    }

    /// Whether a file at `path` could be written, to be known before hours of work rather than after.
    ///
    /// - Parameter inputs: files that are read, and so must not be written over.
    /// - Throws: `cannotWrite`.
    package static func check(_ path: String, inputs: [String] = []) throws(TableError) {
        func refuse(_ reason: String) -> TableError { .cannotWrite(path: path, reason: reason) }
        guard path != "-", !path.isEmpty else { throw refuse("give the name of a file") }
        if FilePath.isSpecial(path) {
            guard access(path, W_OK) == 0 else { throw refuse("no permission to write to it") }
            return
        }
        let old = FilePath.status(path)
        if inputs.contains(where: { FilePath.isSame($0, path) || FilePath.isSamePlace($0, path) }) {
            throw refuse("it is one of the inputs; name another file")
        }
        guard let place = FilePath.resolved(path) else { throw refuse("it is a link in a circle of links") }
        if let old {
            if old.st_mode & S_IFMT == S_IFDIR { throw refuse("it is a directory; name a file in it") }
            guard access(place, W_OK) == 0 else { throw refuse("no permission to replace it") }
        }
        let (folder, name) = FilePath.parts(place)
        if name.isEmpty { throw refuse("it ends in /; give the name of a file") }
        guard let status = FilePath.status(folder), status.st_mode & S_IFMT == S_IFDIR else {
            throw refuse("the directory \(folder) does not exist; create it first")
        }
        let most = pathconf(folder, Int32(_PC_NAME_MAX))
        if most > 0, name.utf8.count > most {
            throw refuse("its name is longer than the \(most) bytes of the file system")
        }
        guard access(folder, W_OK | X_OK) == 0 else { throw refuse("no permission to write in \(folder)") }
    }

    package static func makeDirectory(_ path: String) throws(TableError) {
        do { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) } catch {
            throw .cannotWrite(path: path, reason: "the directory cannot be made")
        }
    }
}
