import Foundation

/// Bytes that come one after the other, and of which nobody knows beforehand how many there are.
struct ByteStream {
    enum Origin {
        case gzip(GzipStream)
        case handle(FileHandle, path: String)
    }

    let origin: Origin
    /// Bytes worth reading at a time.
    let step: Int

    static let usualStep = 1 << 24

    /// The next ones: `count` of them, or fewer at the end.
    ///
    /// - Throws: `corruptGzip`, `cannotRead`.
    func next(_ count: Int) throws(TableError) -> Data {
        switch origin {
        case .gzip(let stream): return try stream.next(count)
        case .handle(let handle, let path):
            do throws(Failure) {
                return try Data.made(atMost: count) { buffer throws(Failure) in
                    try Self.fill(buffer, from: handle.fileDescriptor)
                }
            } catch { throw .cannotRead(path: path, reason: error.reason) }
        }
    }

    private struct Failure: Error {
        var reason: String
    }

    private static func fill(_ buffer: UnsafeMutableRawBufferPointer, from descriptor: Int32) throws(Failure) -> Int {
        var done = 0
        while done < buffer.count, let base = buffer.baseAddress {
            let count = read(descriptor, base + done, buffer.count - done)
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure(reason: String(cString: strerror(errno)))
            }
            guard count > 0 else { break }
            done += count
        }
        return done
    }

    /// All of them behind those that are there.
    ///
    /// - Throws: as ``next(_:)``; `beyondMemory`.
    func everything(after start: Data = Data(), source: String) throws(TableError) -> Data {
        var all = start
        while true {
            // To grow, they are copied.
            try Memory.check(2 * all.count + step, source: source)
            let part = try next(step)
            all.append(part)
            if part.count < step { return all }
        }
    }
}

extension Data {
    /// As many bytes as `fill` says that it has written into `count` of them.
    ///
    /// Memory as it comes: `Data(count:)` sets all of it to zero, which costs a small file more than all the rest of its reading.
    static func made<Failure>(
        atMost count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
    ) throws(Failure) -> Data {
        guard count > 0 else { return Data() }
        let memory = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: MemoryLayout<Int>.alignment)
        do throws(Failure) {
            let size = try fill(UnsafeMutableRawBufferPointer(start: memory, count: count))
            return Data(bytesNoCopy: memory, count: size, deallocator: .custom { memory, _ in memory.deallocate() })
        } catch {
            memory.deallocate()
            throw error
        }
    }
}
