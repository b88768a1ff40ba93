import Foundation

/// Tables as other programs write them.
enum Encoded {
    /// A float64 array, row by row.
    static func npy(_ columns: [[Double]]) -> Data {
        let rows = columns[0].count
        let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (\(rows), \(columns.count)), }"
        let padded = header + String(repeating: " ", count: 127 - 10 - header.utf8.count) + "\n"
        var data = Data([0x93] + "NUMPY".utf8 + [1, 0, UInt8(padded.utf8.count), 0]) + Data(padded.utf8)
        for row in 0..<rows {
            for column in columns {
                withUnsafeBytes(of: column[row].bitPattern.littleEndian) { data.append(contentsOf: $0) }
            }
        }
        return data
    }

    /// A gzip stream of stored blocks.
    static func gzip(_ data: Data) -> Data {
        var result = Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255])
        var rest = data[...]
        while !rest.isEmpty {
            let block = rest.prefix(60_000)
            rest = rest.dropFirst(block.count)
            result.append(rest.isEmpty ? 1 : 0)
            for value in [UInt16(block.count), ~UInt16(block.count)] {
                withUnsafeBytes(of: value.littleEndian) { result.append(contentsOf: $0) }
            }
            result.append(block)
        }
        for value in [checksum(data), UInt32(data.count)] {
            withUnsafeBytes(of: value.littleEndian) { result.append(contentsOf: $0) }
        }
        return result
    }

    /// CRC-32.
    private static func checksum(_ data: Data) -> UInt32 {
        ~data.reduce(UInt32.max) { state, byte in
            (0..<8).reduce(state ^ UInt32(byte)) { value, _ in
                value & 1 == 1 ? (value >> 1) ^ 0xEDB8_8320 : value >> 1
            }
        }
    }
}
