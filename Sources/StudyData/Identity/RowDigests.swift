import Messages
import Numerics
import Tables

/// What rows say, in 128 bits each, by which a ledger knows which rows were behind an answer.
///
/// A row is what all columns of numbers say of it, whichever of them a model uses: answers about different columns are of the same rows. A table
/// may have got columns since an earlier answer: by the columns of that one its rows are known too. Texts say nothing: who spells them anew
/// would make other rows of all.
/// The digests have no key and never leave the memory; a ledger keeps keyed hashes of them (``keyed(by:)``).
package struct RowDigests: Sendable {
    private let parallelism: Parallelism
    private let otherColumns: [[String]]
    private let excluded: Set<String>
    /// Which columns say what a row is, sorted by name; empty before there is a row.
    package private(set) var columns = [String]()
    /// Those of them that are no numbers in some piece or file: the digests are to be made again without them.
    package private(set) var mixedColumns = Set<String>()
    /// In the order of the rows.
    package private(set) var values = [Digest]()
    /// By columns of earlier answers, where the table has all of them.
    private var others = [[String]: [Digest]]()
    /// Of whom each row is; nil where no column says it.
    package private(set) var subjects: [Digest]?

    /// Not for secrets: two rows that differ have the same by chance, once in 2^128.
    package struct Digest: Sendable, Hashable {
        fileprivate var first: UInt64
        fileprivate var second: UInt64
    }

    /// - Parameters:
    ///   - otherColumns: of earlier answers, each sorted.
    ///   - excluded: columns that say nothing.
    package init(parallelism: Parallelism, otherColumns: [[String]] = [], excluding excluded: Set<String> = []) {
        self.parallelism = parallelism
        self.otherColumns = otherColumns
        self.excluded = excluded
    }

    /// To begin again, without columns that are no numbers throughout.
    package var withoutMixedColumns: RowDigests {
        RowDigests(
            parallelism: parallelism, otherColumns: otherColumns, excluding: excluded.union(mixedColumns))
    }

    /// - Parameters:
    ///   - rows: 0-based, of the table.
    ///   - subject: the column that says of whom they are. Rows without a name there are of one subject.
    /// - Throws: where there is no such column.
    package mutating func add(_ rows: [Int], of table: DataTable, subject: String) throws(TableError) {
        let names = try table.subjects(subject)
        subjects =
            (subjects ?? [])
            + rows.map { row in
                var digest = Self.start
                digest.add(names[row])
                return digest
            }
        add(rows, of: table)
    }

    /// - Parameter rows: 0-based, of the table.
    package mutating func add(_ rows: [Int], of table: DataTable) {
        let numbers = Dictionary(
            table.columns.compactMap { column in column.numbers.map { (column.name, $0) } }
        ) { first, _ in first }
        if values.isEmpty {
            columns = numbers.keys.filter { !excluded.contains($0) }.sorted()
            for names in Set(otherColumns) where names != columns && names.allSatisfy({ numbers[$0] != nil }) {
                others[names] = []
            }
        }
        mixedColumns.formUnion(columns.filter { numbers[$0] == nil })
        guard mixedColumns.isEmpty else { return }
        values += digests(rows, columns, numbers)
        for names in Array(others.keys) {
            guard names.allSatisfy({ numbers[$0] != nil }) else {
                others[names] = nil
                continue
            }
            let own = digests(rows, names, numbers)
            others[names, default: []] += own
        }
    }

    /// - Parameter numbers: of all of the names.
    private func digests(_ rows: [Int], _ names: [String], _ numbers: [String: [Double]]) -> [Digest] {
        var start = Self.start
        for name in names { start.add(name) }
        let columns = names.compactMap { numbers[$0] }
        let partCount = max(1, rows.count / Self.rowsOfAPart)
        let parts = parallelism.map(count: partCount) { [start] part in
            rows[part * rows.count / partCount..<(part + 1) * rows.count / partCount].map { row in
                var digest = start
                for column in columns { digest.add(column[row].pattern) }
                return digest
            }
        }
        return Array(parts.joined())
    }

    private static let start = Digest(first: 0x243f_6a88_85a3_08d3, second: 0x1319_8a2e_0370_7344)
    private static let rowsOfAPart = 4096

    /// The largest number of rows that one subject has; 1 where rows are subjects.
    package var mostRowsOfASubject: Int {
        guard let subjects else { return 1 }
        return subjects.reduce(into: [:]) { $0[$1, default: 0] += 1 }.values.max() ?? 1
    }

    /// Without some of the rows.
    package mutating func remove(_ positions: Set<Int>) {
        guard !positions.isEmpty else { return }
        let left = values.indices.filter { !positions.contains($0) }
        func kept(_ all: [Digest]) -> [Digest] { left.map { all[$0] } }
        values = kept(values)
        others = others.mapValues(kept)
        subjects = subjects.map(kept)
    }

    /// Which only who has the key can make: the first eight bytes of an HMAC-SHA256 each, in the order of the rows.
    package func keyed(by key: [UInt8]) -> [UInt64] { keyed(values, by: key) }

    /// The same by the columns of an earlier answer; nil where the table has not all of them.
    package func keyed(by key: [UInt8], columns names: [String]) -> [UInt64]? {
        names == columns ? keyed(by: key) : others[names].map { keyed($0, by: key) }
    }

    /// Whether the columns of an earlier answer were looked for.
    package func knows(_ names: [String]) -> Bool { names == columns || otherColumns.contains(names) }

    /// Whether rows can be known by columns of an earlier answer.
    package func hasRows(by names: [String]) -> Bool { names == columns || others[names] != nil }

    /// The same of the subjects.
    package func keyedSubjects(by key: [UInt8]) -> [UInt64]? { subjects.map { keyed($0, by: key) } }

    private func keyed(_ values: [Digest], by key: [UInt8]) -> [UInt64] {
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

    /// The positions of rows that only one of two answers has, repeated ones as often as they are more; both sorted.
    package static func difference(_ first: [UInt64], _ second: [UInt64]) -> (first: [Int], second: [Int]) {
        var (i, j) = (0, 0)
        var (own, other) = ([Int](), [Int]())
        while i < first.count, j < second.count {
            if first[i] == second[j] {
                i += 1
                j += 1
            } else if first[i] < second[j] {
                own.append(i)
                i += 1
            } else {
                other.append(j)
                j += 1
            }
        }
        return (own + (i..<first.count), other + (j..<second.count))
    }
}

extension RowDigests.Digest {
    /// Two lanes of multiplications whose halves are folded together, by different odd constants (as wyhash does).
    fileprivate mutating func add(_ word: UInt64) {
        first = Self.folded(first ^ word, 0xa076_1d64_78bd_642f) ^ second
        second = Self.folded(second ^ word, 0xe703_7ed1_a0b4_28db) &+ 0x8ebc_6af0_9c88_c6e3
    }

    fileprivate mutating func add(_ text: String) {
        for byte in text.utf8 { add(UInt64(byte) + 1) }
        add(0)
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

extension DataTable {
    /// Of whom each row is, by names: texts without blanks around them, numbers as they are spelled shortest.
    package func subjects(_ column: String) throws(TableError) -> [String] {
        try text(column).map { field in CSVNumber.value(of: field).map(Format.label) ?? field.trimmingBlanks }
    }
}
