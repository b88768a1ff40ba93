import Messages
import Numerics
import Tables

/// What rows say, in 128 bits each, by which a ledger knows which rows were behind an answer.
///
/// A row is what all columns say of it that are read of its table, whichever of them a model uses: answers about different columns are of the
/// same rows. An earlier answer may have been of other columns; beside these, a row is what the columns of that answer say of it.
/// The digests have no key and never leave the memory; a ledger keeps keyed hashes of them (``keyed(by:)``).
package struct RowDigests: Sendable {
    private let parallelism: Parallelism
    private let otherColumns: [[String]]
    /// Which columns say what a row is, sorted by name; empty before there is a row.
    package private(set) var columns = [String]()
    /// Those of them that hold text.
    package private(set) var textColumns = Set<String>()
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

    /// - Parameter otherColumns: of earlier answers, each sorted.
    package init(parallelism: Parallelism, otherColumns: [[String]] = []) {
        self.parallelism = parallelism
        self.otherColumns = otherColumns
    }

    /// - Parameters:
    ///   - rows: 0-based, of the table.
    ///   - subject: the column that says of whom they are. Rows without a name there are of one subject.
    /// - Throws: where there is no such column.
    package mutating func add(_ rows: [Int], of table: DataTable, subject: String) throws(TableError) {
        let names = try table.names(subject)
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
        var cells = [String: Cells]()
        for column in table.columns {
            guard let own = Cells(column.content) else { continue }
            cells[column.name] = own
            if own.hasText { textColumns.insert(column.name) }
        }
        if values.isEmpty {
            columns = cells.keys.sorted()
            for names in Set(otherColumns) where names != columns && names.allSatisfy({ cells[$0] != nil }) {
                others[names] = []
            }
        }
        values += digests(rows, columns, cells)
        for names in Array(others.keys) {
            let own = digests(rows, names, cells)
            others[names, default: []] += own
        }
    }

    private func digests(_ rows: [Int], _ names: [String], _ cells: [String: Cells]) -> [Digest] {
        var start = Self.start
        for name in names { start.add(name) }
        // A piece that has nothing but text in a column of numbers has no value there.
        let columns = names.map { cells[$0] ?? .missing }
        let partCount = max(1, rows.count / Self.rowsOfAPart)
        let parts = parallelism.map(count: partCount) { [start] part in
            rows[part * rows.count / partCount..<(part + 1) * rows.count / partCount].map { row in
                var digest = start
                for column in columns { digest.add(column[row]) }
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

/// What a column says of each row, in 64 bits: of a number its own, also where it is read as text; of a text a hash.
private enum Cells {
    case numbers([Double])
    case texts([UInt64], hasText: Bool)
    case missing

    /// nil where no value was kept.
    init?(_ content: TableColumn.Content) {
        switch content {
        case .notNumeric: return nil
        case .numbers(let values): self = .numbers(values)
        case .text(let fields):
            var hasText = false
            let words = fields.map { field in
                if let number = CSVNumber.value(of: field) { return number.pattern }
                hasText = true
                var digest = RowDigests.Digest(first: 0, second: 0)
                digest.add(field.trimmingBlanks)
                return digest.first ^ digest.second
            }
            self = .texts(words, hasText: hasText)
        }
    }

    var hasText: Bool { if case .texts(_, true) = self { true } else { false } }

    subscript(row: Int) -> UInt64 {
        switch self {
        case .numbers(let values): values[row].pattern
        case .texts(let words, _): words[row]
        case .missing: Double.nan.pattern
        }
    }
}

extension Double {
    /// One for all that is missing, and one zero.
    fileprivate var pattern: UInt64 { (isNaN ? Double.nan : self == 0 ? 0 : self).bitPattern }
}

extension DataTable {
    /// A column as names: texts without blanks around them, numbers as they are spelled shortest.
    fileprivate func names(_ column: String) throws(TableError) -> [String] {
        try text(column).map { field in CSVNumber.value(of: field).map(Format.label) ?? field.trimmingBlanks }
    }
}
