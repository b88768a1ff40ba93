import Foundation
import Synchronization

/// A file that takes its place, or that of another, in one step: written beside it under another name, synced, renamed.
///
/// Foundation's atomic writing gives every file the mode 0644, syncs nothing, and leaves its temporary file where a process is
/// killed, for nobody to find. Here the file of a living process is locked, so that the next one can tell what was left behind.
struct ReplacementFile: ~Copyable {
    /// The step that failed, and the number of the error.
    struct Failure: Error {
        enum Step { case creating, writing, syncingFolder }

        var step: Step
        var number: Int32

        var reason: String { String(cString: strerror(number)) }
    }

    private static let suffix = ".dmoe-partial"
    /// Of the name of the file, in bytes: with the rest below the 255 that file systems take.
    private static let mostNameBytes = 200

    private let path: String
    private let folder: String
    private let temporary: String
    private let descriptor: Int32
    private var isInPlace = false

    /// - Parameters:
    ///   - path: no link, nor a directory.
    ///   - mode: of a new file; of it the user's mask is taken off.
    /// - Throws: where no file can be made beside it.
    init(path: String, mode: mode_t = 0o666) throws(Failure) {
        let (folder, name) = FilePath.parts(path)
        Leftovers.remove(in: folder, suffix: Self.suffix)
        var old = stat()
        let isThere = lstat(path, &old) == 0
        // What others must not read is hidden from the first byte on; a new file gets what the user's mask leaves.
        let created = try Self.create(folder + "/." + Self.start(of: name), mode: isThere ? 0o600 : mode)
        if isThere, !Self.keepOwnerAndMode(of: old, for: created.descriptor) {
            let number = errno
            close(created.descriptor)
            unlink(created.path)
            throw Failure(step: .creating, number: number)
        }
        self.path = path
        self.folder = folder
        temporary = created.path
        descriptor = created.descriptor
    }

    private static func start(of name: String) -> String {
        String(decoding: name.utf8.prefix(mostNameBytes), as: UTF8.self)
    }

    private static func create(
        _ start: String, mode: mode_t
    ) throws(Failure) -> (path: String, descriptor: Int32) {
        while true {
            let path = "\(start).\(String(UInt32.random(in: .min ... .max), radix: 36))\(suffix)"
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
            if descriptor < 0 {
                guard errno == EEXIST || errno == EINTR else { throw Failure(step: .creating, number: errno) }
                continue
            }
            // Another process may have found it before it was locked. A file system without locks has none to be lost.
            let isTaken = flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
            var status = stat()
            if !isTaken, fstat(descriptor, &status) == 0, status.st_nlink > 0 { return (path, descriptor) }
            close(descriptor)
            unlink(path)
        }
    }

    /// False with `errno` where the mode cannot be kept.
    private static func keepOwnerAndMode(of old: stat, for descriptor: Int32) -> Bool {
        var mode = old.st_mode & 0o7777
        var own = stat()
        if fstat(descriptor, &own) == 0, own.st_uid != old.st_uid || own.st_gid != old.st_gid,
            fchown(descriptor, old.st_uid, old.st_gid) != 0
        {
            // Of another owner now: what the mode gave to that one's group is nobody else's.
            mode &= own.st_gid == old.st_gid ? 0o777 : 0o707
        }
        return fchmod(descriptor, mode) == 0
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if !isInPlace { unlink(temporary) }
    }

    func write(_ data: Data) throws(Failure) { try Descriptor.write(data, to: descriptor) }

    /// Puts the file in its place, on the disk too.
    consuming func replace() throws(Failure) {
        try Descriptor.sync(descriptor, .writing)
        guard rename(temporary, path) == 0 else { throw Failure(step: .writing, number: errno) }
        isInPlace = true
        try syncFolder()
    }

    /// Puts the file where there is none, on the disk too; one that is there, or that another process makes at the same time, stays.
    consuming func begin() throws(Failure) {
        try Descriptor.sync(descriptor, .writing)
        if link(temporary, path) != 0 {
            let number = errno
            if number == EEXIST { return }
            // A file system without hard links: between two steps another process may make the file, which then is lost.
            guard [EPERM, ENOTSUP, EOPNOTSUPP, ENOSYS, EMLINK].contains(number), FilePath.status(path) == nil,
                rename(temporary, path) == 0
            else { throw Failure(step: .writing, number: number) }
            isInPlace = true
        }
        try syncFolder()
    }

    /// Before this the new name may be lost with the power, though not the old file.
    private func syncFolder() throws(Failure) {
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { return }
        defer { close(directory) }
        try Descriptor.sync(directory, .syncingFolder)
    }
}

/// Whole writes and syncs of open files.
enum Descriptor {
    static func write(_ data: Data, to descriptor: Int32) throws(ReplacementFile.Failure) {
        var done = 0
        while done < data.count {
            let (count, number) = data.withUnsafeBytes { bytes in
                let count = Foundation.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
                return (count, errno)
            }
            if count < 0, number == EINTR { continue }
            guard count > 0 else { throw ReplacementFile.Failure(step: .writing, number: count < 0 ? number : EIO) }
            done += count
        }
    }

    /// File systems that cannot sync are not asked for more than they have.
    static func sync(_ descriptor: Int32, _ step: ReplacementFile.Failure.Step) throws(ReplacementFile.Failure) {
        while fsync(descriptor) != 0 {
            if errno == EINTR { continue }
            if [EINVAL, ENOTSUP, EROFS].contains(errno) { return }
            throw ReplacementFile.Failure(step: step, number: errno)
        }
    }
}

/// Files that killed processes left behind.
private enum Leftovers {
    /// Folders that this process looked into: one that writes a thousand files into a folder does not list it a thousand times.
    private static let seen = Mutex(Set<String>())

    static func remove(in folder: String, suffix: String) {
        guard seen.withLock({ $0.insert(folder).inserted }) else { return }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        where name.hasPrefix(".") && name.hasSuffix(suffix) {
            let path = folder + "/" + name
            let descriptor = open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            // The lock of a process that was killed is gone with it.
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
            close(descriptor)
        }
    }
}
