import Messages
import ModelFiles
import StudyData
import Tables

/// What an answer needs before it goes to others: the policy of its site, its ledger, and the secret of its rounding.
struct ReleaseTerms {
    /// The larger of what is asked for and what the policy says; nil where the rows keep no threshold.
    let minimumRows: Int?
    /// nil where nothing is rounded.
    let roundingKey: [UInt8]?
    private let policy: SitePolicy?
    private let release: Release?

    /// - Parameter isRelease: whether the answer goes to others; nothing is written down otherwise.
    /// - Throws: ``PolicyError``, ``LedgerError``, ``RoundingSecretError``.
    init(
        _ choices: LedgerChoices, _ input: RowInput, minimumRows: Int?, roundingSecret: String?, isRelease: Bool
    ) throws {
        policy = try choices.readPolicy()
        let least = policy?.minimumRows ?? 0
        self.minimumRows = minimumRows.map { max($0, least) }
        release = isRelease ? try Release(choices, input, minimumRows: self.minimumRows ?? 1) : nil
        roundingKey =
            try isRelease
            ? roundingSecret.map { path throws(RoundingSecretError) in try RoundingSecret.key(path: path) } : nil
    }

    /// nil where no ledger is kept, and rows need not be known again.
    var identity: RowInput.RowIdentity? { release?.identity }
    var hasPolicy: Bool { policy != nil }

    /// Refuses what will be refused in the end, before the work.
    ///
    /// - Parameter most: answers of the kind by the policy.
    /// - Returns: the answer with what the policy says of it.
    func checked(
        _ answer: LedgerAnswer, _ rows: RowReader.Rows, notices: ReadingNotice.Handler, most: (SitePolicy) -> Int?
    ) throws -> LedgerAnswer {
        var answer = answer
        answer.most = policy.flatMap(most)
        try policy?.check(rows, isLedgerKept: release != nil)
        try release?.check(answer, rows, notices)
        return answer
    }

    /// Writes the answer down; nil where no ledger is kept.
    func enter(_ answer: LedgerAnswer, _ rows: RowReader.Rows) throws(LedgerError) -> DisclosureRecord.LedgerReference?
    {
        try release?.enter(answer, rows)
    }
}

/// An answer on its way out, beside the ledger of its site.
private struct Release {
    let path: String
    private let ledger: ReleaseLedger
    private let holdsBackNew: Bool
    private let minimumRows: Int

    /// nil where no ledger is kept.
    ///
    /// - Throws: ``LedgerError`` where it cannot be read or written, before there is an answer.
    init?(_ choices: LedgerChoices, _ input: RowInput, minimumRows: Int) throws {
        guard let path = try choices.path(for: input) else { return nil }
        self.path = path
        holdsBackNew = choices.holdsBackNew
        self.minimumRows = minimumRows
        ledger = try ReleaseLedger(path: path)
        do throws(TableError) { try OutputFile.check(path) } catch {
            guard case .cannotWrite(_, let reason) = error else { throw error }
            throw LedgerError.cannotWrite(path: path, reason: reason)
        }
    }

    var identity: RowInput.RowIdentity {
        var identity = RowInput.RowIdentity(otherColumns: ledger.identifyingColumns)
        if holdsBackNew {
            identity.holdBack = { [ledger, minimumRows] in ledger.newRows($0, minimumRows: minimumRows) }
        }
        return identity
    }

    /// Refuses what will be refused in the end, before the work.
    func check(
        _ answer: LedgerAnswer, _ rows: RowReader.Rows, _ notices: ReadingNotice.Handler
    ) throws(LedgerError) {
        guard let digests = rows.digests else { return }
        if ledger.hasTornEntry { notices(.entryCutShort(ledger: path)) }
        let (count, columns) = ledger.notCompared(digests)
        if count > 0 { notices(.answersNotCompared(count, columns: columns, ledger: path)) }
        try ledger.check(answer, digests)
    }

    /// Writes the answer down.
    func enter(_ answer: LedgerAnswer, _ rows: RowReader.Rows) throws(LedgerError) -> DisclosureRecord.LedgerReference {
        guard let digests = rows.digests else { return .notKept }
        let entry = try ReleaseLedger.enter(answer, digests, at: path)
        return .entry(entry.entry, code: entry.code)
    }
}

extension SitePolicy {
    fileprivate func check(_ rows: RowReader.Rows, isLedgerKept: Bool) throws(PolicyError) {
        try checkLedger(isLedgerKept)
        let selection = rows.selection
        var levels = (selection.study?.covariates ?? []).compactMap { covariate in
            covariate.levels.map { (name: covariate.name, count: $0.count) }
        }
        if let classes = selection.response.classes {
            levels.append((name: selection.design.target, count: classes.count))
        }
        try check(
            columns: selection.modelColumns.sorted(), subject: selection.subject, levels: levels,
            rows: rows.source.rowCount)
    }
}
