import Foundation
import Tables

/// The file of a ledger while one process alone has it.
///
/// The lock is the system's, on the file itself: it ends with the process, however that ends.
struct LedgerFile: ~Copyable {
    private let path: String
    private let descriptor: Int32

    private static let pause: useconds_t = 50_000

    /// All bytes, without the lock.
    static func contents(_ path: String) throws(LedgerError) -> Data {
        if FilePath.isSpecial(path) { throw .notALedger(path: path) }
        if FilePath.isReadableByOthers(path) { throw .readableByOthers(path: path) }
        do throws(TableError) { return try WholeFile.contents(path, atMost: .max) } catch {
            guard case .cannotRead(_, let reason) = error else { throw .fileNotFound(path: path) }
            throw .cannotRead(path: path, reason: reason)
        }
    }

    /// Begins a ledger where there is none.
    ///
    /// - Parameter patience: seconds to wait for another process.
    init(path: String, patience: Double) throws(LedgerError) {
        let place = FilePath.resolved(path) ?? path
        self.path = path
        let start = Date()
        while true {
            let descriptor = open(place, O_RDWR | O_CLOEXEC)
            guard descriptor >= 0 else {
                let number = errno
                guard number == ENOENT else {
                    throw .cannotWrite(path: path, reason: String(cString: strerror(number)))
                }
                try Self.begin(place, named: path)
                continue
            }
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
            // Another file may have taken its place before it was locked.
            if let there = FilePath.status(place), FileIdentity(there) == FileIdentity(status) {
                self.descriptor = descriptor
                return
            }
            close(descriptor)
        }
    }

    deinit { close(descriptor) }

    /// With its first line, in one step: an empty file is a ledger that has lost its entries.
    private static func begin(_ place: String, named path: String) throws(LedgerError) {
        let line: Data
        do { line = try LedgerHead.newLine() } catch { throw .cannotWrite(path: path, reason: "it has no text") }
        do throws(NewFile.Failure) { try NewFile.write(line, to: place) } catch {
            throw .cannotWrite(path: path, reason: error.reason)
        }
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
    func write(_ bytes: Data, at offset: Int) throws(LedgerError) {
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
    }

    private var failure: LedgerError { .cannotWrite(path: path, reason: String(cString: strerror(errno))) }

    /// What was written of the line is cut off again; where that fails too, it is a torn line to the next reader.
    private func undone(_ offset: Int) -> LedgerError {
        let failure = failure
        _ = ftruncate(descriptor, off_t(offset))
        return failure
    }
}
