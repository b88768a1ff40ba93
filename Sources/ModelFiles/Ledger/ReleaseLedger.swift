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
    private let key: [UInt8]
    /// Bytes of the lines that are whole.
    private var length = 0
    private var isNew: Bool { length == 0 }

    /// Seconds that one process waits for another.
    package static let patience = 30.0
    private static let keyBytes = 32

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

    init(newAt path: String) {
        self.path = path
        var random = SystemRandomNumberGenerator()
        key = (0..<Self.keyBytes).map { _ in UInt8.random(in: .min ... .max, using: &random) }
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
        guard let key = Hexadecimal.bytes(head.key), key.count == Self.keyBytes else {
            throw .changed(path: path, line: 1)
        }
        self.key = key
        length = whole.count
        for (index, line) in lines.dropFirst().enumerated() {
            guard let entry = try? JSONDecoder().decode(LedgerEntry.self, from: line), entry.entry == index + 1,
                entry.code == code(of: entry), let rows = rows(of: entry),
                entry.retracts.map({ $0 < entry.entry }) ?? true
            else { throw .changed(path: path, line: index + 2) }
            entries.append(entry)
            self.rows.append(rows)
        }
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
        LedgerRows(keyed(digests), subjects: digests.keyedSubjects(by: KeyedHash(key: key).digest("subjects".utf8)))
    }

    /// In the order of the rows.
    func keyed(_ digests: RowDigests) -> [UInt64] { digests.keyed(by: KeyedHash(key: key).digest("rows".utf8)) }

    // MARK: Writing

    /// Writes an answer down, before it goes out, unless a rule refuses it; nobody else does in the meantime.
    ///
    /// - Returns: the entry with its number and code.
    package static func enter(
        _ answer: LedgerAnswer, _ digests: RowDigests, at path: String, patience: Double = patience
    ) throws(LedgerError) -> LedgerEntry {
        try update(path, patience) { ledger throws(LedgerError) in
            let rows = ledger.rows(digests)
            try ledger.check(answer, rows)
            return (LedgerEntry(answer), rows)
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
        var file = try LedgerFile(path: path, patience: patience)
        let ledger = file.isNew ? ReleaseLedger(newAt: path) : try ReleaseLedger(path: path, try file.contents())
        var (entry, rows) = try next(ledger)
        entry.entry = ledger.entries.count + 1
        if !rows.hashes.isEmpty, let same = ledger.rows.firstIndex(of: rows) {
            entry.sameRows = same + 1
        } else {
            entry.hashes = LedgerRows.text(rows.hashes)
            entry.subjects = rows.subjects.map(LedgerRows.text)
        }
        entry.code = ledger.code(of: entry)
        var text = Data()
        do {
            if ledger.isNew {
                let head = LedgerHead(key: Hexadecimal.text(ledger.key))
                text += try encoder.encode(head) + [UInt8(ascii: "\n")]
            }
            text += try encoder.encode(entry) + [UInt8(ascii: "\n")]
        } catch { throw .cannotWrite(path: path, reason: "the entry has no text") }
        try file.write(text, at: ledger.length)
        return entry
    }

    private static var encoder: JSONEncoder {
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
