import Numerics
import Tables

/// What rows say, in 128 bits each, by which a ledger knows which rows were behind an answer.
///
/// A row is what all columns of numbers say of it, whichever of them a model reads: answers about different columns are of the same rows.
/// The digests have no key and never leave the memory; a ledger keeps keyed hashes of them (``keyed(by:)``).
package struct RowDigests: Sendable {
    private let parallelism: Parallelism
    /// In the order of the rows.
    package private(set) var values = [Digest]()

    /// Not for secrets: two rows that differ have the same by chance, once in 2^128.
    package struct Digest: Sendable, Hashable {
        fileprivate var first: UInt64
        fileprivate var second: UInt64
    }

    package init(parallelism: Parallelism) { self.parallelism = parallelism }

    /// - Parameter rows: 0-based, of the table.
    package mutating func add(_ rows: [Int], of table: DataTable) {
        let columns = table.columns.sorted { $0.name < $1.name }.compactMap { column in
            column.numbers.map { (name: column.name, values: $0) }
        }
        var start = Digest(first: 0x243f_6a88_85a3_08d3, second: 0x1319_8a2e_0370_7344)
        for column in columns {
            for byte in column.name.utf8 { start.add(UInt64(byte) + 1) }
            start.add(0)
        }
        let partCount = max(1, rows.count / Self.rowsOfAPart)
        let parts = parallelism.map(count: partCount) { [start] part in
            rows[part * rows.count / partCount..<(part + 1) * rows.count / partCount].map { row in
                var digest = start
                for column in columns { digest.add(column.values[row].pattern) }
                return digest
            }
        }
        values += parts.joined()
    }

    private static let rowsOfAPart = 4096

    /// Without some of the rows.
    package mutating func remove(_ positions: Set<Int>) {
        guard !positions.isEmpty else { return }
        values = values.enumerated().filter { !positions.contains($0.offset) }.map(\.element)
    }

    /// Which only who has the key can make: the first eight bytes of an HMAC-SHA256 each, in the order of the rows.
    package func keyed(by key: [UInt8]) -> [UInt64] {
        let hash = KeyedHash(key: key)
        let partCount = max(1, values.count / Self.rowsOfAPart)
        let parts = parallelism.map(count: partCount) { part in
            values[part * values.count / partCount..<(part + 1) * values.count / partCount].map { digest in
                let bytes = [digest.first, digest.second].flatMap { word in
                    stride(from: UInt64(0), to: 64, by: 8).map { UInt8(truncatingIfNeeded: word >> $0) }
                }
                return hash.digest(bytes).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
            }
        }
        return Array(parts.joined())
    }

    /// The rows that only one of two answers has, repeated ones as often as they are more; both sorted.
    package static func difference(_ first: [UInt64], _ second: [UInt64]) -> (first: [UInt64], second: [UInt64]) {
        var (i, j) = (0, 0)
        var (own, other) = ([UInt64](), [UInt64]())
        while i < first.count, j < second.count {
            if first[i] == second[j] {
                i += 1
                j += 1
            } else if first[i] < second[j] {
                own.append(first[i])
                i += 1
            } else {
                other.append(second[j])
                j += 1
            }
        }
        return (own + first[i...], other + second[j...])
    }
}

extension RowDigests.Digest {
    /// Two lanes of multiplications whose halves are folded together, by different odd constants (as wyhash does).
    fileprivate mutating func add(_ word: UInt64) {
        first = Self.folded(first ^ word, 0xa076_1d64_78bd_642f) ^ second
        second = Self.folded(second ^ word, 0xe703_7ed1_a0b4_28db) &+ 0x8ebc_6af0_9c88_c6e3
    }

    private static func folded(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}

extension TableColumn {
    /// Its numbers, also where a study takes them as text; nil for text.
    fileprivate var numbers: [Double]? {
        switch content {
        case .numbers(let values): return values
        case .notNumeric: return nil
        case .text(let fields):
            let values = fields.map { CSVNumber.value(of: $0) }
            return values.contains { $0 == nil } ? nil : values.map { $0 ?? .nan }
        }
    }
}

extension Double {
    /// One for all that is missing, and one zero.
    fileprivate var pattern: UInt64 { (isNaN ? Double.nan : self == 0 ? 0 : self).bitPattern }
}
