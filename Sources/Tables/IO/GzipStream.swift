import CZlib
import Foundation

/// Decompression of gzip streams (RFC 1952) of one or more members, some of it at a time: a file may hold a thousand times its size.
final class GzipStream {
    static let magic: [UInt8] = [0x1F, 0x8B]

    private let input: Data
    private let source: String
    // zlib keeps the stream's address, so the stream must not move between calls.
    private let stream: UnsafeMutablePointer<z_stream>
    /// Of the input.
    private var position = 0
    private var isAtEnd = false

    /// - Throws: `corruptGzip`.
    init(_ input: Data, source: String) throws(TableError) {
        self.input = input
        self.source = source
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 window bits, and 16 to expect a gzip wrapper rather than zlib's own.
        guard inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw .corruptGzip(source: source, reason: "zlib could not be started")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// The next bytes of all members, in order: `count` of them, or fewer at the end.
    ///
    /// - Throws: `corruptGzip` if a member is cut short, fails its checksum, or is followed by anything but another
    ///   member or zero padding.
    func next(_ count: Int) throws(TableError) -> Data {
        do throws(Failure) {
            return try Data.made(atMost: count) { buffer throws(Failure) in
                try input.withUnsafeBytes { input in Result { () throws(Failure) in try fill(buffer, from: input) } }
                    .get()
            }
        } catch { throw .corruptGzip(source: source, reason: error.reason) }
    }

    private struct Failure: Error {
        var reason: String
    }

    private func fill(
        _ output: UnsafeMutableRawBufferPointer, from input: UnsafeRawBufferPointer
    ) throws(Failure) -> Int {
        var made = 0
        while made < output.count, !isAtEnd {
            let offered = (input: min(input.count - position, 1 << 30), output: min(output.count - made, 1 << 30))
            stream.pointee.next_in = UnsafeMutablePointer(
                mutating: input.baseAddress?.advanced(by: position).assumingMemoryBound(to: Bytef.self))
            stream.pointee.avail_in = uInt(offered.input)
            stream.pointee.next_out = output.baseAddress?.advanced(by: made).assumingMemoryBound(to: Bytef.self)
            stream.pointee.avail_out = uInt(offered.output)
            let status = inflate(stream, Z_NO_FLUSH)
            let used = offered.input - Int(stream.pointee.avail_in)
            let written = offered.output - Int(stream.pointee.avail_out)
            position += used
            made += written
            if status == Z_STREAM_END {
                inflateReset(stream)
                isAtEnd = try !memberFollows(input)
            } else {
                try check(status, stalled: used == 0 && written == 0)
            }
        }
        return made
    }

    private func memberFollows(_ input: UnsafeRawBufferPointer) throws(Failure) -> Bool {
        let rest = input[position...]
        if rest.starts(with: Self.magic) { return true }
        // Tape blocks and some writers pad with zeros; gzip itself passes over them without a message.
        guard rest.allSatisfy({ $0 == 0 }) else { throw Failure(reason: "other bytes follow the compressed data") }
        return false
    }

    private func check(_ status: Int32, stalled: Bool) throws(Failure) {
        if status == Z_BUF_ERROR || (status == Z_OK && stalled) {
            throw Failure(reason: "the file ends in the middle of the compressed data")
        }
        guard status != Z_OK else { return }
        throw Failure(reason: stream.pointee.msg.map { String(cString: $0) } ?? "zlib status \(status)")
    }
}
