import Foundation
import Synchronization

/// The bytes of a table: in memory, or in a file from which each part is read when it is looked at.
///
/// Nothing is mapped: a mapped file that is cut short ends the program when it is read, one that is read part by part is refused.
package struct TableBytes: Sendable {
    private enum Storage: Sendable {
        case memory(Data)
        case file(OpenFile, ReadBuffers)
    }

    private let storage: Storage
    let count: Int

    package init(_ data: Data) {
        storage = .memory(data)
        count = data.count
    }

    /// The first `count` bytes of a file.
    init(_ file: OpenFile, count: Int) {
        storage = .file(file, ReadBuffers())
        self.count = count
    }

    /// Some of the bytes, while `body` runs.
    ///
    /// Zeros stand for what a file no longer has: ``OpenFile/failure``.
    func with<Value, Failure>(
        _ range: Range<Int>, _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        switch storage {
        case .memory(let data):
            return try data.withUnsafeBytes { raw in
                let bytes = UnsafeBufferPointer(rebasing: raw.bindMemory(to: UInt8.self)[range])
                return Result { () throws(Failure) in try body(bytes) }
            }.get()
        case .file(let file, let buffers):
            var buffer = buffers.take(range.count)
            defer { buffers.give(buffer) }
            return try buffer.withUnsafeMutableBytes { raw in
                let part = UnsafeMutableRawBufferPointer(rebasing: raw[..<range.count])
                file.read(at: range.lowerBound, into: part)
                let bytes = UnsafeBufferPointer(part.bindMemory(to: UInt8.self))
                return Result { () throws(Failure) in try body(bytes) }
            }.get()
        }
    }
}

/// Memory that is read into, again and again: new pages for each part would take longer than reading it.
private final class ReadBuffers: Sendable {
    private let free = Mutex<[[UInt8]]>([])

    func take(_ count: Int) -> [UInt8] {
        let buffer = free.withLock { $0.popLast() } ?? []
        return buffer.count >= count ? buffer : [UInt8](repeating: 0, count: count)
    }

    func give(_ buffer: consuming [UInt8]) {
        let buffer = buffer
        free.withLock { $0.append(buffer) }
    }
}
