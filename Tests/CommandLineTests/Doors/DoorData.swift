import CInterface
import DistributedMoE
import Foundation
import Messages
import StudyData
import Tables
import Testing

/// Rows that every door can be given.
///
/// All numbers are small multiples of powers of two, so that their decimals are exact.
struct DoorData {
    let x, z, gap, y, n, w: [Double]
    let k: [String]

    static let names = ["x", "z", "gap", "y", "n", "w", "k"]

    /// - Parameter site: another site has other rows.
    init(site: Int) {
        let rows = 0..<240
        x = rows.map { Double(($0 * 37 + 11 * site) % 64) / 32 - 1 }
        z = rows.map { Double(($0 * 53 + 7 * site) % 128) / 64 - 1 }
        gap = rows.map { $0 % 41 == site ? .nan : Double(($0 * 19) % 32) / 16 - 1 }
        let noise = rows.map { Double(($0 * 29 + 3 * site) % 32) / 64 - 0.25 }
        y = zip(x, noise).map { abs($0) + $1 }
        n = rows.map { Double(($0 * 7 + site) % 5) + (Double(($0 * 37 + 11 * site) % 64) > 32 ? 2 : 0) }
        w = rows.map { 1 + Double($0 % 3) }
        k = rows.map { ($0 * 31 + site) % 7 < 3 ? "a" : "b" }
    }

    private var numbers: [[Double]] { [x, z, gap, y, n, w] }

    var csv: String {
        var writer = CSVWriter(header: Self.names)
        for row in x.indices {
            writer.append(
                numbers.map { $0[row].isNaN ? .text("NA") : .number($0[row]) } + [.text(k[row])])
        }
        return writer.contents
    }

    /// Runs with the rows as a table of the C interface.
    func withCTable<Result>(_ source: String, _ body: (UnsafeMutableRawPointer) throws -> Result) throws -> Result {
        let columns = Self.names.enumerated().map { ["name": $1, "element": $0 < 6 ? 0 : 2] as [String: Any] }
        let request = try JSONSerialization.data(withJSONObject: ["source": source, "columns": columns])
        var pointer: UnsafeMutableRawPointer?
        let answer = CAnswer(tableNew(String(decoding: request, as: UTF8.self), &pointer))
        #expect(answer.status == 0)
        let table = try #require(pointer)
        defer { tableRelease(table) }
        let flat = numbers.flatMap { $0 }
        let offsets = k.reduce(into: [Int64(0)]) { $0.append($0[$0.count - 1] + Int64($1.utf8.count)) }
        let bytes = k.flatMap { Array($0.utf8) }
        return try flat.withUnsafeBufferPointer { values in
            try offsets.withUnsafeBytes { offsets in
                try bytes.withUnsafeBytes { bytes in
                    var starts: [UnsafeRawPointer?] = (0..<6).map { index in
                        values.baseAddress.map { UnsafeRawPointer($0 + index * x.count) }
                    }
                    starts.append(offsets.baseAddress)
                    let texts: [UnsafeRawPointer?] = [UnsafeRawPointer?](repeating: nil, count: 6) + [bytes.baseAddress]
                    #expect(tableAppend(table, x.count, starts, [Int](repeating: 1, count: 7), texts) == 0)
                    return try body(table)
                }
            }
        }
    }
}

/// What a C function answered.
struct CAnswer: Equatable {
    let status: Int32
    let text: String

    /// Releases the answer.
    init(_ pointer: UnsafeMutableRawPointer) {
        status = answerStatus(pointer)
        text = String(cString: answerText(pointer))
        answerRelease(pointer)
    }
}
