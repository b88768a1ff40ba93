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
            var data = Data(count: count)
            let (filled, failure) = data.withUnsafeMutableBytes { Self.fill($0, from: handle.fileDescriptor) }
            if let failure { throw .cannotRead(path: path, reason: failure) }
            return filled < count ? data.prefix(filled) : data
        }
    }

    private static func fill(_ buffer: UnsafeMutableRawBufferPointer, from descriptor: Int32) -> (Int, String?) {
        var done = 0
        while done < buffer.count, let base = buffer.baseAddress {
            let count = read(descriptor, base + done, buffer.count - done)
            if count < 0 {
                if errno == EINTR { continue }
                return (done, String(cString: strerror(errno)))
            }
            guard count > 0 else { break }
            done += count
        }
        return (done, nil)
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
