import Foundation
import Tables
import TestSupport

enum TableTargets {
    private static let source = "t.csv"
    /// Of streams that are read at once, as these short ones are.
    private static let step = 1 << 20

    private static let options = TableOptions(textColumns: ["a"])

    /// Of which a long text is not cut into thousands.
    private static let mostParts = 16

    /// The same table or the same error on the fast path and off it, in parts of 64 bytes or more and in one, by one thread and
    /// by two.
    static func csv(_ bytes: Data, longTexts: UInt64 = 1) -> String? {
        let text = CSVGrammar.expand(bytes, longTexts: longTexts)
        let expected = CSVReading.slow.outcome(text, options)
        if let violation = problem(expected) { return violation }
        let partSize = max(64, text.count / mostParts)
        // Threads cost more than all the rest: some inputs have them.
        let threads = bytes.count % 8 == 0 ? 2 : 1
        var readings = [CSVReading(threads: threads, partSize: partSize, plainRuns: true)]
        // A text of one part has been read as one.
        if text.count > partSize { readings.append(CSVReading(threads: 1, partSize: 1 << 20, plainRuns: true)) }
        return readings.first { $0.outcome(text, options) != expected }.map { "\($0) differs" }
    }

    private static func problem(_ outcome: CSVReading.Outcome) -> String? {
        guard case .refusal(let error) = outcome else { return nil }
        return problem(error)
    }

    /// The stream as it is, and with the header that all of its kind have.
    static func gzip(_ bytes: Data) -> String? {
        for stored in [bytes, Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]) + bytes] {
            if let violation = read(stored) ?? difference(stored) { return violation }
        }
        return nil
    }

    /// Some bytes at a time, or all at once: only what is found first may differ.
    private static func difference(_ stored: Data) -> String? {
        func outcome(_ step: Int) -> CSVReading.Outcome {
            do throws(TableError) {
                return .table(
                    try DataTable.table(
                        of: TableInput(source: source, stored: stored, step: step), options: TableOptions()))
            } catch { return .refusal(error) }
        }
        let whole = outcome(step)
        if case .refusal(.corruptGzip) = whole { return nil }
        return [ForeignFormat.reach, 3 * ForeignFormat.reach].allSatisfy { outcome($0) == whole }
            ? nil : "other rows or errors where it is read piece by piece"
    }

    static func npy(_ bytes: Data) -> String? { read(bytes) ?? read(Data([0x93]) + Data("NUMPY".utf8) + bytes) }

    private static func read(_ stored: Data) -> String? {
        do throws(TableError) {
            let table = try DataTable.table(
                of: TableInput(source: source, stored: stored, step: step), options: TableOptions())
            let counts = table.columns.compactMap(\.content.count)
            return counts.allSatisfy { $0 == table.rowCount } ? nil : "columns of different lengths"
        } catch { return problem(error) }
    }

    /// An error is one line that names the source.
    private static func problem(_ error: TableError) -> String? {
        let text = error.description
        return text.contains(source) && !text.contains { $0.isNewline } ? nil : "an error without its source: \(text)"
    }
}

/// CSV of a few bytes: a byte that would be rare otherwise repeats what came before, so that rows of thousands of fields are near.
enum CSVGrammar {
    /// Of most texts, so that many are read in a second, and of those that begin with a multiple of 64.
    private static let (usualBytes, mostBytes) = (1 << 9, 1 << 15)
    /// Up to which a field is repeated by one instruction.
    private static let mostFields = 10_000

    /// After a first byte that is odd, the bytes as they are; else every 0x01 and the two bytes after it repeat the field before, and
    /// 0x02 and one byte the line before.
    ///
    /// - Parameter longTexts: one of so many that begin with a multiple of 64 is long, by a hash: its mutants mostly are not.
    static func expand(_ bytes: Data, longTexts: UInt64 = 1) -> Data {
        guard let first = bytes.first else { return bytes }
        let rest = [UInt8](bytes.dropFirst())
        guard first % 2 == 0 else { return Data(rest) }
        let mostBytes = first % 64 == 0 && hash(bytes) % longTexts == 0 ? Self.mostBytes : Self.usualBytes
        var result = [UInt8]()
        var (line, field) = (0, 0)
        var index = 0
        while index < rest.count, result.count < mostBytes {
            let byte = rest[index]
            index += 1
            switch byte {
            case 1 where index + 1 < rest.count:
                let count = (Int(rest[index]) << 8 | Int(rest[index + 1])) % mostFields
                index += 2
                let unit = [UInt8(ascii: ",")] + result[field...]
                for _ in 0..<min(count, (mostBytes - result.count) / unit.count + 1) { result += unit }
            case 2 where index < rest.count:
                let count = Int(rest[index])
                index += 1
                let unit = Array(result[line...]) + [UInt8(ascii: "\n")]
                for _ in 0..<min(count, (mostBytes - result.count) / unit.count + 1) { result += unit }
                (line, field) = (result.count, result.count)
            default:
                result.append(byte)
                if byte == UInt8(ascii: ",") { field = result.count }
                if byte == UInt8(ascii: "\n") { (line, field) = (result.count, result.count) }
            }
        }
        return Data(result)
    }

    /// FNV-1a.
    private static func hash(_ bytes: Data) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
