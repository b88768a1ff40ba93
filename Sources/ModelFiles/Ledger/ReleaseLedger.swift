import Foundation
import Numerics
import StudyData

/// What a site has released: an append-only file that stays there, with keyed hashes of the rows behind each answer.
///
/// Two answers about rows that differ by fewer than the threshold disclose these: their difference is a sum over them. So the second is
/// refused. The file begins with a line that has the key; an entry is a line each, and each has a code of the one before it in its own, so
/// that none can be taken out or changed unseen. A line without an end is what a process that was stopped left of an entry: its answer
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

    package static let formatName = "dmoe-ledger"
    package static let version = 2
    /// Seconds that one process waits for another.
    package static let patience = 30.0

    private struct Head: Codable {
        var format: String
        var formatVersion: Int
        var key: String
    }

    /// The ledger at a path, as it is now; a new one where there is no file.
    ///
    /// - Throws: ``LedgerError`` for a file that is no ledger, or was changed.
    package init(path: String) throws(LedgerError) {
        guard FileManager.default.fileExists(atPath: path) else {
            try self.init(path: path, Data())
            return
        }
        guard let data = FileManager.default.contents(atPath: path) else { throw .cannotRead(path: path) }
        try self.init(path: path, data)
    }

    /// The same where there must be a file.
    package init(existing path: String) throws(LedgerError) {
        guard FileManager.default.fileExists(atPath: path) else { throw .cannotRead(path: path) }
        try self.init(path: path)
    }

    init(path: String, _ data: Data) throws(LedgerError) {
        self.path = path
        let end = UInt8(ascii: "\n")
        let whole = data.lastIndex(of: end).map { data[...$0] } ?? Data()
        let lines = whole.split(separator: end)
        guard let first = lines.first else {
            guard Self.isBeginning(data) else { throw .notALedger(path: path) }
            var random = SystemRandomNumberGenerator()
            key = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            return
        }
        guard let head = try? JSONDecoder().decode(Head.self, from: first), head.format == Self.formatName,
            let key = [UInt8](hexadecimal: head.key)
        else { throw .notALedger(path: path) }
        guard head.formatVersion == Self.version else { throw .otherVersion(path: path, version: head.formatVersion) }
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

    /// Whether the first line was being written when its process was stopped.
    private static func isBeginning(_ data: Data) -> Bool {
        let start = Data("{\"format\":\"\(formatName)\"".utf8)
        return data.starts(with: start) || start.starts(with: data)
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
        var text = Data()
        do {
            if ledger.isNew {
                let head = Head(format: formatName, formatVersion: version, key: ledger.key.hexadecimal)
                text += try encoder.encode(head) + [UInt8(ascii: "\n")]
            }
            text += try encoder.encode(entry) + [UInt8(ascii: "\n")]
        } catch { throw .cannotWrite(path: path, reason: "the entry has no text") }
        try file.write(text, at: ledger.length, isNew: ledger.isNew)
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
        return [UInt8](KeyedHash(key: key).digest(text).prefix(16)).hexadecimal
    }
}

extension [UInt8] {
    fileprivate var hexadecimal: String {
        map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    fileprivate init?(hexadecimal text: String) {
        let digits = Array<UInt8>(text.utf8)
        guard digits.count.isMultiple(of: 2), digits.count >= 32 else { return nil }
        var bytes = [UInt8]()
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(byte)
        }
        self = bytes
    }
}
