import Foundation
import Messages
import ModelFiles

/// The log of a member: every entry signed by its key, each citing the one before.
package struct MemberLog: Sendable {
    package static let fileName = "log.jsonl"

    package let name: String
    package private(set) var entries = [LogEntry]()
    private var digests = [ContentDigest]()

    /// Of nobody who has written yet.
    init(name: String) { self.name = name }

    /// Checks every line.
    ///
    /// - Throws: ``LogDamage``, the first.
    package init(_ data: Data, name: String, key: MemberKey, charter: ContentDigest) throws(LogDamage) {
        self.name = name
        let end = UInt8(ascii: "\n")
        var lines = data.split(separator: end, omittingEmptySubsequences: false)
        let rest = lines.popLast() ?? Data()
        for (index, line) in lines.enumerated() {
            do throws(LogDamage.Reason) { try take(Data(line), key, charter) } catch {
                throw LogDamage(line: index + 1, reason: error)
            }
        }
        if !rest.isEmpty || lines.isEmpty { throw LogDamage(line: lines.count + 1, reason: .cutShort) }
    }

    private mutating func take(_ line: Data, _ key: MemberKey, _ charter: ContentDigest) throws(LogDamage.Reason) {
        let entry: LogEntry
        do throws(ExchangeError) {
            entry = try LogEntry.decode(line, source: Self.fileName)
        } catch { throw .unreadable(what: error.reason) }
        if entry.charter != charter { throw .ofAnotherStudy(charter: entry.charter.beginning) }
        if entry.author != name { throw .ofAnotherMember(author: entry.author.beginning) }
        let digest = entry.digest
        guard key.hasSigned(LogEntry.signed(charter, name, entry.sequence, digest), entry.signature) else {
            throw .notSigned
        }
        guard entry.sequence == entries.count + 1 else { throw .outOfOrder(sequence: entry.sequence) }
        guard entry.previous == digests.last else { throw .doesNotFollow }
        if let reason = entry.problem(isFirst: entries.isEmpty) { throw .unreadable(what: reason) }
        entries.append(entry)
        digests.append(digest)
    }

    /// Its end; nil where it is empty.
    package var head: Head? { entries.count > 0 ? head(entries.count) : nil }

    /// As it was after some entry; nil where there is none of the number.
    func head(_ sequence: Int) -> Head? {
        guard sequence >= 1, sequence <= entries.count else { return nil }
        return Head(
            name: name, sequence: sequence, digest: digests[sequence - 1], signature: entries[sequence - 1].signature)
    }

    /// What is wrong with the log if this head was once its end: it was cut, or written anew; nil where it goes on from it.
    func damage(by head: Head) -> LogDamage? {
        guard let own = self.head(head.sequence) else {
            return LogDamage(line: entries.count + 1, reason: .cutOff(seen: head.sequence))
        }
        return own.digest == head.digest ? nil : LogDamage(line: head.sequence, reason: .writtenAnew)
    }

    /// The entries of which a withdrawal has taken back none.
    package var standing: ArraySlice<LogEntry> {
        entries[(entries.lastIndex { $0.kind == .withdrawal }.map { $0 + 1 } ?? 0)...]
    }

    /// The text of the log.
    package func text() throws(ExchangeError) -> Data {
        var data = Data()
        for entry in entries { data += try entry.line() }
        return data
    }

    /// Goes on with an entry that its owner signs.
    mutating func append(_ entry: LogEntry, charter: ContentDigest, signedBy key: SigningKey) throws(ExchangeError) {
        var entry = entry
        entry.sequence = entries.count + 1
        entry.previous = digests.last
        let digest = entry.digest
        entry.signature = try key.sign(LogEntry.signed(charter, name, entry.sequence, digest))
        entries.append(entry)
        digests.append(digest)
    }
}

extension LogEntry {
    /// Why an entry that its author signed is none.
    fileprivate func problem(isFirst: Bool) -> String? {
        let isCoordinator = author == Member.coordinator
        let kinds: [Kind] = isCoordinator ? [.opening, .model, .closing] : [.local, .statistics, .withdrawal]
        guard kinds.contains(kind), (kind == .opening) == (isCoordinator && isFirst) else {
            return "field 'kind': \(kind.rawValue) is no entry of this log here"
        }
        guard (0...ReleaseLedger.mostRounds).contains(round) else { return "field 'round' is out of range" }
        guard (file != nil) == (Self.fileName(kind, sequence) != nil) else {
            return "field 'file' does not go with its kind"
        }
        let needsModel = kind == .statistics || (round > 0 && (kind == .model || kind == .closing))
        guard needsModel == (model != nil), kind != .statistics || round > 0 else {
            return "field 'model' does not go with its kind"
        }
        return file.map { $0.bytes >= 0 && $0.bytes <= ExchangeFolder.mostFileBytes } ?? true
            ? nil : "field 'file': its number of bytes is out of range"
    }
}
