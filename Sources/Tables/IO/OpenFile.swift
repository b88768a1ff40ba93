import Foundation
import Synchronization

/// A file that is open for reading.
package final class OpenFile: Sendable {
    package let path: String
    private let descriptor: Int32
    /// As it was when it was opened; nil for a file of our own that is still written.
    private let stamp: FileStamp?
    /// A fit has no use for an error in the middle of a pass: reading goes on with zeros, and whoever asked for the fit
    /// looks here before using its result.
    private let hasFailed = Atomic<Bool>(false)

    /// Takes over the descriptor.
    package init(path: String, descriptor: Int32, stamp: FileStamp? = nil) {
        self.path = path
        self.descriptor = descriptor
        self.stamp = stamp
    }

    deinit { close(descriptor) }

    /// A regular file and its size; nil for what is none.
    ///
    /// - Throws: `fileNotFound`, `cannotRead`.
    package static func regular(_ path: String) throws(TableError) -> (file: OpenFile, size: Int)? {
        // To open a pipe and close it again would lose what its writer has to say; - is standard input.
        var before = stat()
        guard path != "-", stat(path, &before) != 0 || before.st_mode & S_IFMT == S_IFREG else { return nil }
        let (descriptor, status) = try opened(path)
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            return nil
        }
        return (OpenFile(path: path, descriptor: descriptor, stamp: FileStamp(status)), Int(status.st_size))
    }

    /// Open for reading: a file, a pipe or a device.
    ///
    /// - Throws: `fileNotFound`, `cannotRead`.
    package static func opened(_ path: String) throws(TableError) -> (descriptor: Int32, status: stat) {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else {
            let code = errno
            if code == ENOENT || code == ENOTDIR { throw .fileNotFound(path: path) }
            throw .cannotRead(path: path, reason: String(cString: strerror(code)))
        }
        var status = stat()
        let code = fstat(descriptor, &status) == 0 ? 0 : errno
        guard code == 0, status.st_mode & S_IFMT != S_IFDIR else {
            close(descriptor)
            throw .cannotRead(path: path, reason: code == 0 ? "it is a directory" : String(cString: strerror(code)))
        }
        return (descriptor, status)
    }

    /// Set where the file was written to since it was opened, or bytes that should be there could not be read: what was read of
    /// it is neither the old file nor the new one.
    package var failure: TableError? {
        if let stamp {
            var status = stat()
            let isSame = fstat(descriptor, &status) == 0 && FileStamp(status) == stamp
            if !isSame { return .changedWhileRead(path: path) }
        }
        return hasFailed.load(ordering: .relaxed)
            ? .cannotRead(path: path, reason: "it became shorter or unreadable while it was read") : nil
    }

    package var isCompressed: Bool {
        var start = [UInt8](repeating: 0, count: GzipStream.magic.count)
        return start.withUnsafeMutableBytes { buffer in
            pread(descriptor, buffer.baseAddress, buffer.count, 0) == buffer.count
        } && start == GzipStream.magic
    }

    /// Fills the buffer.
    package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) {
        var done = 0
        while done < buffer.count, let base = buffer.baseAddress {
            let count = pread(descriptor, base + done, buffer.count - done, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                hasFailed.store(true, ordering: .relaxed)
                for index in done..<buffer.count { buffer[index] = 0 }
                return
            }
            done += count
        }
    }

    /// Some of the bytes.
    func bytes(_ range: Range<Int>) -> Data {
        var data = Data(count: range.count)
        data.withUnsafeMutableBytes { read(at: range.lowerBound, into: $0) }
        return data
    }
}
