import Foundation
import Messages
import Numerics
import StudyData
import Tables

/// What a site has released: an append-only file that stays there, with keyed hashes of the rows behind each answer.
///
/// Two answers about rows that differ by fewer than the threshold disclose these: their difference is a sum over them. So the second is
/// refused. The file begins with a line that has the key; an entry is a line each, and each has a code of the one before it in its own, so
/// that none can be taken out or changed unseen.
package struct ReleaseLedger: Sendable {
    package let path: String
    package private(set) var entries: [Entry]
    private let key: [UInt8]
    /// Whether the file is there.
    private var isNew: Bool

    package static let formatName = "dmoe-ledger"
    package static let version = 1

    private struct Head: Codable {
        var format: String
        var formatVersion: Int
        var key: String
    }

    /// An answer.
    package struct Entry: Codable, Sendable, Equatable {
        /// From 1.
        package var entry: Int
        package var kind: Kind
        package var target: String
        package var covariates: [String]
        /// Below which a difference is refused.
        package var minimumRows: Int
        /// Of the rows left out by a rule, by the names of their classes.
        package var leftOut: [String]
        /// Of the rows, sorted, 16 hexadecimal digits each.
        var hashes: String
        /// Keyed, of the entry before and of this one.
        package fileprivate(set) var code = ""

        package enum Kind: String, Codable, Sendable { case model, statistics }

        package init(
            kind: Kind, target: String, covariates: [String], minimumRows: Int, leftOut: [String], rows: [UInt64]
        ) {
            entry = 0
            self.kind = kind
            self.target = target
            self.covariates = covariates
            self.minimumRows = minimumRows
            self.leftOut = leftOut
            hashes = rows.map { String($0, radix: 16).leftPadded(to: 16) }.joined()
        }

        /// Sorted.
        package var rows: [UInt64] {
            let digits = Array(hashes.utf8)
            return stride(from: 0, to: digits.count - 15, by: 16).compactMap {
                UInt64(String(decoding: digits[$0..<$0 + 16], as: UTF8.self), radix: 16)
            }
        }

        package var rowCount: Int { hashes.utf8.count / 16 }
    }

    /// The ledger at a path; a new one where there is no file.
    ///
    /// - Throws: ``LedgerError`` for a file that is no ledger, or was changed.
    package init(path: String) throws(LedgerError) {
        self.path = path
        guard FileManager.default.fileExists(atPath: path) else {
            var random = SystemRandomNumberGenerator()
            key = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            (entries, isNew) = ([], true)
            return
        }
        guard let data = FileManager.default.contents(atPath: path) else { throw .cannotRead(path: path) }
        let lines = data.split(separator: UInt8(ascii: "\n"))
        guard let first = lines.first, let head = try? JSONDecoder().decode(Head.self, from: first),
            head.format == Self.formatName, head.formatVersion == Self.version, let key = [UInt8](hexadecimal: head.key)
        else { throw .notALedger(path: path) }
        (self.key, entries, isNew) = (key, [], false)
        for (index, line) in lines.dropFirst().enumerated() {
            guard let entry = try? JSONDecoder().decode(Entry.self, from: line), entry.entry == index + 1,
                entry.code == code(of: entry)
            else { throw .changed(path: path, line: index + 2) }
            entries.append(entry)
        }
    }

    /// The same where there must be a file.
    package init(existing path: String) throws(LedgerError) {
        guard FileManager.default.fileExists(atPath: path) else { throw .cannotRead(path: path) }
        try self.init(path: path)
    }

    /// Of the rows of a table.
    package var rowKey: [UInt8] { KeyedHash(key: key).digest("rows".utf8) }

    /// Of the random choices of rounding.
    package var roundingKey: [UInt8] { RoundingSecret.key(secret: key) }

    /// Refuses an answer that an earlier one differs from by a few rows.
    package func check(_ new: Entry) throws(LedgerError) {
        let rows = new.rows
        for old in entries {
            let minimum = max(old.minimumRows, new.minimumRows)
            let difference = RowHashes.difference(old.rows, rows)
            // Which rows a rule left out is not known here, but that they are fewer than the threshold of each class.
            let other = old.leftOut == new.leftOut ? 0 : (old.leftOut.count + new.leftOut.count) * (minimum - 1)
            if difference + other > 0, difference - other < minimum {
                throw .tooFewRowsDiffer(path: path, entry: old.entry, minimum: minimum)
            }
        }
    }

    /// Writes an entry at the end of the file, before the answer goes out.
    ///
    /// - Returns: the entry with its number and code.
    package mutating func append(_ new: Entry) throws(LedgerError) -> Entry {
        var entry = new
        entry.entry = entries.count + 1
        entry.code = code(of: entry)
        do {
            var text = Data()
            if isNew {
                let head = Head(format: Self.formatName, formatVersion: Self.version, key: key.hexadecimal)
                text += try Self.encoder.encode(head) + [UInt8(ascii: "\n")]
                // The key is in it.
                let isMade = FileManager.default.createFile(
                    atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
                guard isMade else { throw LedgerError.cannotWrite(path: path) }
            }
            text += try Self.encoder.encode(entry) + [UInt8(ascii: "\n")]
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            try file.seekToEnd()
            try file.write(contentsOf: text)
            try file.synchronize()
            try file.close()
        } catch { throw .cannotWrite(path: path) }
        isNew = false
        entries.append(entry)
        return entry
    }

    private static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }

    private func code(of entry: Entry) -> String {
        var bare = entry
        bare.code = entries.last?.code ?? ""
        let text = (try? Self.encoder.encode(bare)) ?? Data()
        return [UInt8](KeyedHash(key: key).digest(text).prefix(16)).hexadecimal
    }
}

extension String {
    fileprivate func leftPadded(to length: Int) -> String {
        String(repeating: "0", count: max(0, length - count)) + self
    }
}

extension [UInt8] {
    fileprivate var hexadecimal: String { map { String($0, radix: 16).leftPadded(to: 2) }.joined() }

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
