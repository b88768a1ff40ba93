import CZlib
import Foundation
import Messages
import Tables
import Testing

/// What the tests of the table readers share.
package enum TableFixture {
    /// A small seeded generator (SplitMix64), so that every run sees the same cases.
    package struct Generator: RandomNumberGenerator {
        package var state: UInt64

        package init(state: UInt64) { self.state = state }

        package mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    package static func table(_ text: String, _ options: TableOptions = TableOptions()) throws(TableError) -> DataTable
    {
        try table(Data(text.utf8), options)
    }

    package static func table(_ bytes: Data, _ options: TableOptions = TableOptions()) throws(TableError) -> DataTable {
        try DataTable.table(of: TableInput(source: "t.csv", stored: bytes), options: options)
    }

    /// The error of reading `text`, nil if it reads well.
    package static func failure(_ text: String, _ options: TableOptions = TableOptions()) -> TableError? {
        failure(Data(text.utf8), options)
    }

    package static func failure(_ bytes: Data, _ options: TableOptions = TableOptions()) -> TableError? {
        do throws(TableError) {
            _ = try table(bytes, options)
            return nil
        } catch {
            return error
        }
    }

    /// Runs `body` with the path of a file that holds `bytes` and is removed afterwards.
    package static func withFile(_ bytes: Data, named name: String = "t.csv", _ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("table-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent(name)
        try bytes.write(to: file)
        try body(file.path)
    }

    /// One gzip member made by zlib.
    package static func gzip(_ bytes: Data) throws -> Data {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        defer { stream.deallocate() }
        let size = Int32(MemoryLayout<z_stream>.size)
        try #require(
            deflateInit2_(stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK)
        defer { deflateEnd(stream) }
        var input = [UInt8](bytes)
        var output = [UInt8](repeating: 0, count: Int(deflateBound(stream, uLong(input.count))) + 64)
        let made = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.pointee.next_in = source.baseAddress
                stream.pointee.avail_in = uInt(source.count)
                stream.pointee.next_out = target.baseAddress
                stream.pointee.avail_out = uInt(target.count)
                let status = deflate(stream, Z_FINISH)
                return status == Z_STREAM_END ? target.count - Int(stream.pointee.avail_out) : nil
            }
        }
        return Data(output[..<(try #require(made))])
    }

    /// A `.npy` file with the header dictionary `header`, padded as NumPy pads it.
    package static func npy(_ header: String, version: UInt8 = 1, _ elements: Data) -> Data {
        let prefix = version == 1 ? 10 : 12
        let padding = 63 - (prefix + header.utf8.count) % 64
        let text = Data((header + String(repeating: " ", count: padding) + "\n").utf8)
        let length = (0..<(prefix - 8)).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
        return Data([0x93] + "NUMPY".utf8 + [version, 0] + length) + text + elements
    }

    package static func npy(_ descr: String, fortran: Bool, shape: String, version: UInt8 = 1, _ elements: Data) -> Data
    {
        let order = fortran ? "True" : "False"
        return npy("{'descr': '\(descr)', 'fortran_order': \(order), 'shape': \(shape), }", version: version, elements)
    }

    package static func float64(_ values: [Double]) -> Data {
        values.reduce(into: Data()) { data, value in
            withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
        }
    }

    package static func float32(_ values: [Float]) -> Data {
        values.reduce(into: Data()) { data, value in
            withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
        }
    }

    /// Whether two columns are equal, missing values included.
    package static func same(_ left: [Double], _ right: [Double]) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
    }
}
