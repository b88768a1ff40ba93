import Numerics
import Tables

/// Keyed hashes of rows, by which a ledger knows which rows were behind an answer.
///
/// A row is what all columns of numbers say of it, whichever of them a model reads: answers about different columns are of the same rows.
package struct RowHashes: Sendable {
    private let hash: KeyedHash
    private let parallelism: Parallelism
    /// The first eight bytes of each, sorted.
    package private(set) var values = [UInt64]()

    package init(key: [UInt8], parallelism: Parallelism) {
        hash = KeyedHash(key: key)
        self.parallelism = parallelism
    }

    /// - Parameter rows: 0-based, of the table.
    package mutating func add(_ rows: [Int], of table: DataTable) {
        let columns = table.columns.sorted { $0.name < $1.name }.compactMap { column in
            column.numbers.map { (name: Array(column.name.utf8), values: $0) }
        }
        let names = SHA256.digest(columns.flatMap { $0.name + [0] })
        let partCount = max(1, rows.count / Self.rowsOfAPart)
        let hash = hash
        let parts = parallelism.map(count: partCount) { part in
            rows[part * rows.count / partCount..<(part + 1) * rows.count / partCount].map { row in
                var bytes = names
                for column in columns { column.values[row].append(to: &bytes) }
                return hash.digest(bytes).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
            }
        }
        values = (values + parts.joined()).sorted()
    }

    private static let rowsOfAPart = 4096

    /// The rows that only one of two answers has, repeated ones as often as they are more; both sorted.
    package static func difference(_ first: [UInt64], _ second: [UInt64]) -> Int {
        var (i, j, count) = (0, 0, 0)
        while i < first.count, j < second.count {
            if first[i] == second[j] {
                i += 1
                j += 1
            } else {
                count += 1
                if first[i] < second[j] { i += 1 } else { j += 1 }
            }
        }
        return count + first.count - i + second.count - j
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
    fileprivate func append(to bytes: inout [UInt8]) {
        // One pattern for all that is missing, and one zero.
        let bits = (isNaN ? Double.nan : self == 0 ? 0 : self).bitPattern
        for shift in stride(from: UInt64(0), to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: bits >> shift)) }
    }
}
