import CZlib
import Foundation

/// Decompression of gzip streams (RFC 1952) of one or more members.
enum Gzip {
    static let magic: [UInt8] = [0x1F, 0x8B]

    /// The decompressed bytes of all members, in order.
    /// - Throws: `corruptGzip` if a member is cut short, fails its checksum, or is followed by anything but another
    ///   member or zero padding.
    static func decompress(_ data: Data, source: String) throws(TableError) -> Data {
        let result: Result<Data, Failure> = data.withUnsafeBytes { raw in
            Result { () throws(Failure) in try inflateAll(raw) }
        }
        switch result {
        case .success(let bytes): return bytes
        case .failure(let failure): throw .corruptGzip(source: source, reason: failure.reason)
        }
    }

    private struct Failure: Error {
        var reason: String
    }

    private static func inflateAll(_ input: UnsafeRawBufferPointer) throws(Failure) -> Data {
        // zlib keeps the stream's address, so the stream must not move between calls.
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        defer { stream.deallocate() }
        // 15 window bits, and 16 to expect a gzip wrapper rather than zlib's own.
        guard inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw Failure(reason: "zlib could not be started")
        }
        defer { inflateEnd(stream) }
        var output = Data()
        var start = 0
        repeat {
            start = try inflateMember(stream, input, from: start, into: &output)
            inflateReset(stream)
        } while try memberFollows(input, at: start)
        return output
    }

    private static func memberFollows(_ input: UnsafeRawBufferPointer, at start: Int) throws(Failure) -> Bool {
        let rest = input[start...]
        if rest.starts(with: magic) { return true }
        // Tape blocks and some writers pad with zeros; gzip itself passes over them without a message.
        guard rest.allSatisfy({ $0 == 0 }) else { throw Failure(reason: "other bytes follow the compressed data") }
        return false
    }

    /// Inflates the member at `start` and returns where its bytes end.
    private static func inflateMember(
        _ stream: UnsafeMutablePointer<z_stream>, _ input: UnsafeRawBufferPointer, from start: Int,
        into output: inout Data
    ) throws(Failure) -> Int {
        var next = start
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let offered = min(input.count - next, 1 << 30)
            let (status, used, made) = chunk.withUnsafeMutableBufferPointer { buffer in
                stream.pointee.next_in = UnsafeMutablePointer(
                    mutating: input.baseAddress?.advanced(by: next).assumingMemoryBound(to: Bytef.self))
                stream.pointee.avail_in = uInt(offered)
                stream.pointee.next_out = buffer.baseAddress
                stream.pointee.avail_out = uInt(buffer.count)
                let status = inflate(stream, Z_NO_FLUSH)
                return (status, offered - Int(stream.pointee.avail_in), buffer.count - Int(stream.pointee.avail_out))
            }
            output.append(contentsOf: chunk[..<made])
            next += used
            if status == Z_STREAM_END { return next }
            try check(status, stream, stalled: used == 0 && made == 0)
        }
    }

    private static func check(
        _ status: Int32, _ stream: UnsafeMutablePointer<z_stream>, stalled: Bool
    ) throws(Failure) {
        if status == Z_BUF_ERROR || (status == Z_OK && stalled) {
            throw Failure(reason: "the file ends in the middle of the compressed data")
        }
        guard status != Z_OK else { return }
        throw Failure(reason: stream.pointee.msg.map { String(cString: $0) } ?? "zlib status \(status)")
    }
}
