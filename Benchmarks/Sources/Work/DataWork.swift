import Foundation
import Messages
import MixtureOfExperts
import Simulation
import Tables

/// Writes rows of the balanced synthetic benchmark to a file, a part at a time, so that memory is no bound.
struct DataWork: Work {
    enum Format: String, Codable {
        /// Numbers in the shortest form that reads back exactly.
        case csv
        /// Two decimals, as people record them.
        case shortCSV
        /// Float64, row by row: 20 covariates and the response.
        case npy
    }

    var path: String
    var format: Format
    var rows: Int

    static let source = SyntheticBenchmark(profile: .balanced, shardCount: 1, seed: 1)
    private static let partRows = 50_000

    func perform() throws -> [Measurement] {
        // Under another name until it is whole: a file that is there is taken as it is.
        let unfinished = path + ".part"
        guard FileManager.default.createFile(atPath: unfinished, contents: header) else {
            throw BenchmarkFailure(description: "\(unfinished) cannot be written")
        }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: unfinished))
        try handle.seekToEnd()
        for (index, start) in stride(from: 0, to: rows, by: Self.partRows).enumerated() {
            let part = Self.source.shard(index, rowCount: min(Self.partRows, rows - start)).rows
            try handle.write(contentsOf: format == .npy ? bytes(part) : text(part))
        }
        try handle.close()
        try FileManager.default.moveItem(atPath: unfinished, toPath: path)
        return []
    }

    private var header: Data {
        guard format == .npy else {
            let design = Self.source.design
            return Data((design.covariates + [design.target]).joined(separator: ",").utf8) + Data("\n".utf8)
        }
        let description = "{'descr': '<f8', 'fortran_order': False, 'shape': (\(rows), 21), }"
        // Magic, version 1.0, length of the description, padded so that the numbers begin at a multiple of 64.
        let padding = 63 - (10 + description.count) % 64
        let padded = description + String(repeating: " ", count: padding) + "\n"
        return Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, UInt8(padded.count % 256), UInt8(padded.count / 256)])
            + Data(padded.utf8)
    }

    private func bytes(_ part: ShardRows) -> Data {
        var values = [Double]()
        values.reserveCapacity(21 * part.rowCount)
        for row in 0..<part.rowCount {
            for column in 0..<20 { values.append(part.covariates[row, column]) }
            values.append(part.responses[row])
        }
        return values.withUnsafeBytes { Data($0) }
    }

    private func text(_ part: ShardRows) -> Data {
        var writer = CSVWriter(columnCount: 21)
        for row in 0..<part.rowCount {
            let values = part.covariates.row(row) + [part.responses[row]]
            writer.append(format == .csv ? values : values.map { (100 * $0).rounded() / 100 })
        }
        return Data(writer.contents.utf8)
    }
}
