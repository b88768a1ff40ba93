import Foundation
import Messages
import ModelFiles
import StudyData
import Tables

/// Where a site writes down what it releases, and what it does about a few new rows.
public struct LedgerChoices: Sendable, Equatable {
    /// Where the ledger is.
    public var place = Place.besideData
    /// Whether new rows that are fewer than the threshold wait for the next release, where the answer is refused without.
    public var holdsBackNew = false
    /// The file that says what the site lets out of its tables: columns, levels, releases and their number; nil for none.
    public var policy: String?

    /// Where a ledger is.
    public enum Place: Sendable, Equatable {
        /// ``fileName`` in the folder of the rows; none, which the file says, where they come from the memory of a program.
        case besideData
        /// A file by its path.
        case file(String)
        /// None, which the file says.
        case none
    }

    /// What the ledger is called in the folder of the rows: one for all tables there, as two of them may have the same rows.
    public static let fileName = "dmoe.ledger"

    /// Beside the data.
    public init() {}

    /// - Parameter isRelease: whether the answer goes to others.
    func check(isRelease: Bool) throws(RequestRefusal) {
        if !isRelease {
            if case .file = place { throw .noEffect(.ledger, .staysWithOwner) }
            if holdsBackNew { throw .noEffect(.holdBackNew, .staysWithOwner) }
            if policy != nil { throw .noEffect(.policy, .staysWithOwner) }
        }
        if holdsBackNew, place == .none { throw .needs(.holdBackNew, .ledger, .ledgerKnowsRows) }
    }

    /// - Throws: ``PolicyError``.
    func readPolicy() throws(PolicyError) -> SitePolicy? {
        guard let policy else { return nil }
        return try SitePolicy(path: policy)
    }

    /// The path of the ledger; nil where none is kept.
    ///
    /// - Throws: ``RequestRefusal/noPlaceForLedger(source:)``.
    package func path(for input: RowInput) throws(RequestRefusal) -> String? {
        switch place {
        case .none: return nil
        case .file(let path): return path
        case .besideData:
            guard case .files(let paths, _, _) = input, let first = paths.first else { return nil }
            for path in paths where path == "-" || FilePath.isSpecial(path) {
                throw .noPlaceForLedger(source: path == "-" ? "standard input" : path)
            }
            let folder = FilePath.parts(FilePath.resolved(first) ?? first).folder
            return folder == "." ? Self.fileName : (folder == "/" ? "" : folder) + "/" + Self.fileName
        }
    }
}

/// An answer on its way out, beside the ledger of its site.
struct Release {
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
        guard holdsBackNew else { return RowInput.RowIdentity() }
        return RowInput.RowIdentity { [ledger, minimumRows] in ledger.newRows($0, minimumRows: minimumRows) }
    }

    /// Refuses what will be refused in the end, before the work.
    func check(_ answer: LedgerAnswer, _ rows: RowReader.Rows) throws(LedgerError) {
        guard let digests = rows.digests else { return }
        try ledger.check(answer, ledger.rows(digests))
    }

    /// Writes the answer down.
    func enter(_ answer: LedgerAnswer, _ rows: RowReader.Rows) throws(LedgerError) -> DisclosureRecord.LedgerReference {
        guard let digests = rows.digests else { return .notKept }
        let entry = try ReleaseLedger.enter(answer, digests, at: path)
        return .entry(entry.entry, code: entry.code)
    }
}

extension SitePolicy {
    func check(_ rows: RowReader.Rows, isLedgerKept: Bool) throws(PolicyError) {
        try checkLedger(isLedgerKept)
        let selection = rows.selection
        var levels = (selection.study?.covariates ?? []).compactMap { covariate in
            covariate.levels.map { (name: covariate.name, count: $0.count) }
        }
        if let classes = selection.response.classes {
            levels.append((name: selection.design.target, count: classes.count))
        }
        try check(
            columns: selection.tableColumns.subtracting([selection.subject].compactMap { $0 }).sorted(),
            subject: selection.subject, levels: levels, rows: rows.source.rowCount)
    }
}
