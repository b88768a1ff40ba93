import Foundation

/// Files that are made once, for their owner alone: whole, or not at all, and never in place of another.
package enum NewFile {
    /// The number of the error.
    package struct Failure: Error {
        var number: Int32

        package var reason: String { String(cString: strerror(number)) }
    }

    /// Writes a file where there is none, on the disk too; a file that is there, or that another process makes at the same time, stays.
    package static func write(_ data: Data, to path: String) throws {
        let (folder, name) = FilePath.parts(path)
        let temporary = "\(folder)/.\(name.prefix(100)).\(String(UInt64.random(in: .min ... .max), radix: 36))"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure(number: errno) }
        defer {
            close(descriptor)
            unlink(temporary)
        }
        do throws(ReplacementFile.Failure) {
            try Descriptor.write(data, to: descriptor)
            try Descriptor.sync(descriptor, .writing)
        } catch { throw Failure(number: error.number) }
        guard link(temporary, path) != 0 else { return syncFolder(folder) }
        let number = errno
        if number == EEXIST { return }
        // A file system without hard links: between two steps another process may make the file, which then stays.
        guard [EPERM, ENOTSUP, EOPNOTSUPP, ENOSYS, EMLINK].contains(number), FilePath.status(path) == nil,
            rename(temporary, path) == 0
        else { throw Failure(number: number) }
        syncFolder(folder)
    }

    private static func syncFolder(_ folder: String) {
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { return }
        fsync(directory)
        close(directory)
    }
}
