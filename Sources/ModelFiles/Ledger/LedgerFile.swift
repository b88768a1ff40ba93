import Foundation
import Tables

/// The file of a ledger while one process alone has it.
///
/// The lock is the system's, on the file itself: it ends with the process, however that ends.
struct LedgerFile: ~Copyable {
    private let path: String
    private let descriptor: Int32
    /// Whether it was made here, and nothing has been written to it.
    private(set) var isNew: Bool

    private static let pause: useconds_t = 50_000
    /// Seconds after which an empty file is none that another process has just made.
    private static let settling = 1.0

    /// All bytes, without the lock.
    static func contents(_ path: String) throws(LedgerError) -> Data {
        if FilePath.isSpecial(path) { throw .notALedger(path: path) }
        if FilePath.isReadableByOthers(path) { throw .readableByOthers(path: path) }
        let end = Date().addingTimeInterval(settling)
        while true {
            let data = try VersionedJSON.contents(path: path, of: LedgerHead.self)
            if !data.isEmpty || Date() >= end { return data }
            usleep(pause)
        }
    }

    /// Makes the file where there is none; its key is for nobody else to read.
    ///
    /// - Parameter patience: seconds to wait for another process.
    init(path: String, patience: Double) throws(LedgerError) {
        self.path = path
        let start = Date()
        var isMade = false
        while true {
            let (descriptor, isNew) = Self.opened(path)
            isMade = isMade || isNew
            guard descriptor >= 0 else { throw .cannotWrite(path: path, reason: String(cString: strerror(errno))) }
            var status = stat()
            guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
                close(descriptor)
                throw .notALedger(path: path)
            }
            guard try Self.isLocked(descriptor, path: path) else {
                close(descriptor)
                if -start.timeIntervalSinceNow >= patience { throw .isBusy(path: path) }
                usleep(Self.pause)
                continue
            }
            // Another file may have taken its place before it was locked, or another process have begun the new one.
            let isSettled = isMade || status.st_size > 0 || -start.timeIntervalSinceNow >= Self.settling
            if isSettled, let place = FilePath.status(path), FileIdentity(place) == FileIdentity(status) {
                self.descriptor = descriptor
                self.isNew = isMade && place.st_size == 0
                return
            }
            close(descriptor)
            if !isSettled { usleep(Self.pause) }
        }
    }

    deinit {
        // Who waits for the lock looks again whether it is the file of the path.
        if isNew { unlink(FilePath.resolved(path) ?? path) }
        close(descriptor)
    }

    private static func opened(_ path: String) -> (descriptor: Int32, isNew: Bool) {
        let new = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if new >= 0 { return (new, true) }
        let old = open(path, O_RDWR | O_CLOEXEC)
        if old >= 0 || errno != ENOENT { return (old, false) }
        // A link to nothing.
        return (open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600), true)
    }

    private static func isLocked(_ descriptor: Int32, path: String) throws(LedgerError) -> Bool {
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let number = errno
            if number == EWOULDBLOCK { return false }
            guard number != EINTR else { continue }
            close(descriptor)
            throw .cannotWrite(path: path, reason: "it cannot be locked: \(String(cString: strerror(number)))")
        }
        return true
    }

    /// All bytes.
    func contents() throws(LedgerError) -> Data {
        var data = Data()
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = pread(descriptor, &buffer, buffer.count, off_t(data.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .cannotRead(path: path, reason: String(cString: strerror(errno))) }
            if count == 0 { return data }
            data += buffer.prefix(count)
        }
    }

    /// Puts bytes at an offset, in place of what is there, and on the disk before it returns.
    mutating func write(_ bytes: Data, at offset: Int) throws(LedgerError) {
        guard ftruncate(descriptor, off_t(offset)) == 0 else { throw failure }
        var done = 0
        while done < bytes.count {
            let count = bytes[(bytes.startIndex + done)...].withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset + done))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw undone(offset) }
            done += count
        }
        guard fsync(descriptor) == 0 else { throw undone(offset) }
        guard isNew else { return }
        isNew = false
        let place = open(FilePath.parts(path).folder, O_RDONLY | O_CLOEXEC)
        defer { if place >= 0 { close(place) } }
        guard place >= 0, fsync(place) == 0 || errno == EINVAL else { throw failure }
    }

    private var failure: LedgerError { .cannotWrite(path: path, reason: String(cString: strerror(errno))) }

    /// What was written of the line is cut off again; where that fails too, it is a torn line to the next reader.
    private func undone(_ offset: Int) -> LedgerError {
        let failure = failure
        _ = ftruncate(descriptor, off_t(offset))
        return failure
    }
}
