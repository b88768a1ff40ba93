import Foundation
import Numerics
import StudyData

/// What a site has released: an append-only file that stays there, with keyed hashes of the rows behind each answer.
///
/// Two answers about rows that differ by fewer than the threshold disclose these: their difference is a sum over them. So the second is
/// refused. The file begins with a line that has the key; an entry is a line each, and each has a code of the one before it in its own, so
/// that none can be taken out or changed unseen. A line of an entry without an end is what a process that was stopped left of an entry: its answer
/// never went out, and the next entry takes its place.
package struct ReleaseLedger: Sendable {
    package let path: String
    package private(set) var entries = [LedgerEntry]()
    /// Of each entry.
    package private(set) var rows = [LedgerRows]()
    let key: [UInt8]
    /// Bytes of the entries.
    private var length = 0
    /// Whether the last entry has lost the end of its line.
    private var needsLineEnd = false
    /// Whether something is behind the entries that is none: what a process that was stopped left, or an entry that was cut short.
    package private(set) var hasTornEntry = false

    /// Seconds that one process waits for another.
    package static let patience = 30.0

    /// The ledger at a path, as it is now; a new one where there is no file.
    ///
    /// - Throws: ``LedgerError`` for a file that is no ledger, or was changed.
    package init(path: String) throws(LedgerError) {
        let data: Data
        do throws(LedgerError) { data = try LedgerFile.contents(path) } catch {
            guard case .fileNotFound = error else { throw error }
            self.init(newAt: path)
            return
        }
        try self.init(path: path, data)
    }

    /// The same where there must be a file.
    package init(existing path: String) throws(LedgerError) {
        try self.init(path: path, LedgerFile.contents(path))
    }

    private init(newAt path: String) {
        self.path = path
        key = LedgerHead.newKey
    }

    package init(path: String, _ data: Data) throws(LedgerError) {
        self.path = path
        let end = UInt8(ascii: "\n")
        let whole = data.lastIndex(of: end).map { data[...$0] } ?? Data()
        let lines = whole.split(separator: end)
        guard let first = lines.first else {
            throw LedgerHead.isBeginning(data) ? .isEmptied(path: path) : .notALedger(path: path)
        }
        let head = try VersionedJSON(data: Data(first), source: path).decode(LedgerHead.self)
        guard let key = Hexadecimal.bytes(head.key), key.count == LedgerHead.keyBytes else {
            throw .changed(path: path, line: 1)
        }
        self.key = key
        length = whole.count
        for (index, line) in lines.dropFirst().enumerated() {
            guard take(line) else { throw .changed(path: path, line: index + 2) }
        }
        let rest = data[whole.endIndex...]
        guard !rest.isEmpty else { return }
        if take(rest) {
            (length, needsLineEnd) = (data.count, true)
        } else {
            guard LedgerEntry.isBeginning(rest) else { throw .changed(path: path, line: lines.count + 1) }
            hasTornEntry = true
        }
    }

    /// Whether the line is an entry that follows from those before.
    private mutating func take(_ line: Data) -> Bool {
        guard let entry = try? JSONDecoder().decode(LedgerEntry.self, from: line), entry.entry == entries.count + 1,
            entry.code == code(of: entry), let rows = rows(of: entry),
            entry.retracts.map({ $0 < entry.entry }) ?? true
        else { return false }
        entries.append(entry)
        self.rows.append(rows)
        return true
    }

    private func rows(of entry: LedgerEntry) -> LedgerRows? {
        guard let other = entry.sameRows else { return LedgerRows(entry.hashes, subjects: entry.subjects) }
        return rows.indices.contains(other - 1) ? rows[other - 1] : nil
    }

    /// The entries that count: answers that were not taken back.
    package var answers: [LedgerEntry] {
        let retracted = Set(entries.compactMap(\.retracts))
        return entries.filter { $0.kind != .retraction && !retracted.contains($0.entry) }
    }

    /// By the key of this ledger.
    package func rows(_ digests: RowDigests) -> LedgerRows {
        var keyed = KeyedRows(digests, key: key)
        return keyed.rows(by: digests.columns) ?? LedgerRows([])
    }

    /// Columns that say what a row is in some answer.
    package var identifyingColumns: [[String]] { Array(Set(answers.map(\.columns))) }

    // MARK: Writing

    /// Writes an answer down, before it goes out, unless a rule refuses it; nobody else does in the meantime.
    ///
    /// - Returns: the entry with its number and code.
    package static func enter(
        _ answer: LedgerAnswer, _ digests: RowDigests, at path: String, patience: Double = patience
    ) throws(LedgerError) -> LedgerEntry {
        try update(path, patience) { ledger throws(LedgerError) in
            for entry in ledger.answers where !digests.knows(entry.columns) { throw .isChanged(path: path) }
            var keyed = try ledger.checked(answer, digests)
            return (LedgerEntry(answer, digests), keyed.rows(by: digests.columns) ?? LedgerRows([]))
        }
    }

    /// Takes back an answer that was never sent: it counts no more, and stays in the file.
    package static func retract(
        _ number: Int, at path: String, patience: Double = patience
    ) throws(LedgerError) -> LedgerEntry {
        try update(path, patience) { ledger throws(LedgerError) in
            guard let entry = ledger.answers.first(where: { $0.entry == number }) else {
                throw .noSuchEntry(path: path, entry: number)
            }
            return (LedgerEntry(retracting: entry), LedgerRows([]))
        }
    }

    private static func update(
        _ path: String, _ patience: Double,
        _ next: (borrowing ReleaseLedger) throws(LedgerError) -> (LedgerEntry, LedgerRows)
    ) throws(LedgerError) -> LedgerEntry {
        let file = try LedgerFile(path: path, patience: patience)
        let ledger = try ReleaseLedger(path: path, try file.contents())
        var (entry, rows) = try next(ledger)
        entry.entry = ledger.entries.count + 1
        if !rows.hashes.isEmpty, let same = ledger.rows.firstIndex(of: rows) {
            entry.sameRows = same + 1
        } else {
            entry.hashes = LedgerRows.text(rows.hashes)
            entry.subjects = rows.subjects.map(LedgerRows.text)
        }
        entry.code = ledger.code(of: entry)
        var text = Data(ledger.needsLineEnd ? [UInt8(ascii: "\n")] : [])
        do {
            text += try encoder.encode(entry) + [UInt8(ascii: "\n")]
        } catch { throw .cannotWrite(path: path, reason: "the entry has no text") }
        try file.write(text, at: ledger.length)
        return entry
    }

    package static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }

    private func code(of entry: LedgerEntry) -> String {
        var bare = entry
        bare.code = entries.last?.code ?? ""
        let text = (try? Self.encoder.encode(bare)) ?? Data()
        return Hexadecimal.text(KeyedHash(key: key).digest(text).prefix(16))
    }
}
