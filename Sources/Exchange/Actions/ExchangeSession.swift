import Foundation
import Messages
import ModelFiles

/// A member at work in a folder: its key, and what is to be trusted there.
package struct ExchangeSession: Sendable {
    package let key: SigningKey
    package let member: String
    package private(set) var state: ExchangeState
    /// Why what was signed and seen is not written down beside the key; nil where it is.
    package private(set) var memoryFailure: ExchangeError?

    /// Digits of a fingerprint that cannot be made to fit.
    private static let leastFingerprint = 12

    /// - Parameters:
    ///   - isCoordinator: whose command it is.
    ///   - fingerprint: of the charter, or its beginning; nil for any charter that the key does not know as another one.
    /// - Throws: ``ExchangeError`` for a key of nobody, and for what has to be trusted and cannot be.
    package init(
        folder: String, key path: String, isCoordinator: Bool, fingerprint: String? = nil
    ) throws(ExchangeError) {
        key = try SigningKey.read(path: path)
        let memory = try KeyMemory.read(key)
        state = try ExchangeState.read(ExchangeFolder(path: folder), seen: memory.heads)
        guard let member = state.charter.member(key.publicKey) else {
            throw .strangersKey(path: path, key: key.publicKey.text)
        }
        self.member = member
        guard (member == Member.coordinator) == isCoordinator else { throw .otherRole(isCoordinator: isCoordinator) }
        try check(fingerprint, memory)
        try checkLogs()
    }

    private func check(_ given: String?, _ memory: KeyMemory) throws(ExchangeError) {
        let found = state.fingerprint
        if let given {
            guard given.count >= Self.leastFingerprint else {
                throw .invalidOption(
                    "--fingerprint must have \(Self.leastFingerprint) digits or more, of those that the coordinator says"
                )
            }
            guard found.text.hasPrefix(given.lowercased()) else {
                throw .otherCharter(found: found.text, expected: given.beginning.visible)
            }
        } else if let known = memory.otherCharter(state.charter.name, than: found) {
            throw .replacedCharter(name: state.charter.name, found: found.beginning, known: known.beginning)
        }
    }

    private func checkLogs() throws(ExchangeError) {
        try state.check()
        guard let site = state.site(member), site.isDamaged else { return }
        for finding in state.findings where finding.member == member {
            if case .damagedLog(let line, let reason) = finding.kind {
                throw .damagedLog(
                    path: state.folder.full(ExchangeFolder.log(of: member)),
                    LogDamage(line: line, reason: reason.wrappedValue))
            }
        }
    }

    // MARK: Writing

    /// What an entry says, but for what follows from the log.
    struct Draft {
        var kind: LogEntry.Kind
        var round = 0
        var file: Data?
        var model: ContentDigest?
        var sites: [LogEntry.Use] = []
        var approvedBy: String?
        var note: String?
    }

    static let longestText = 200

    /// Signs an entry, writes its file and then the log, while nobody else signs with the key.
    ///
    /// The folder is read once more before: what was done in the meantime is not lost. A process that is stopped leaves a file that no
    /// entry is about, or an entry that is whole.
    ///
    /// - Parameter make: from what is there now.
    /// - Returns: the entry.
    mutating func append(_ make: (ExchangeState) throws(ExchangeError) -> Draft) throws(ExchangeError) -> LogEntry {
        let lock = try KeyLock(key)
        var memory = try KeyMemory.read(key)
        let charter = state.fingerprint
        let fresh = try ExchangeState.read(state.folder, seen: memory.heads)
        guard fresh.fingerprint == charter else {
            throw .otherCharter(found: fresh.fingerprint.text, expected: charter.text)
        }
        state = fresh
        try checkLogs()
        let draft = try make(state)
        guard var log = state.log(of: member) else { throw .strangersKey(path: key.path, key: key.publicKey.text) }
        try log.append(entry(draft), charter: charter, signedBy: key)
        guard let entry = log.entries.last else { throw .cannotSign(path: key.path) }
        if let data = draft.file, let name = entry.fileName {
            try state.folder.write(data, to: ExchangeFolder.folder(of: member) + "/" + name)
        }
        try state.folder.write(try log.text(), to: ExchangeFolder.log(of: member))
        let others = state.heads.filter { $0.name != member }
        memory.remember(others + [log.head].compactMap { $0 }, charter: charter, name: state.charter.name)
        // The entry is in the folder by now, and counts.
        do throws(ExchangeError) { try memory.write(key) } catch { memoryFailure = error }
        lock.release()
        return entry
    }

    private func entry(_ draft: Draft) -> LogEntry {
        // Sites cite the coordinator alone: logs of many sites would grow with the square of their number.
        let cited = state.heads.filter {
            member == Member.coordinator ? $0.name != member : $0.name == Member.coordinator
        }
        var entry = LogEntry(kind: draft.kind, author: member, charter: state.fingerprint)
        entry.round = draft.round
        entry.file = draft.file.map { LogEntry.FileReference($0) }
        entry.model = draft.model
        entry.sites = draft.sites
        entry.cited = cited
        entry.approvedBy = draft.approvedBy
        entry.note = draft.note
        return entry
    }
}
