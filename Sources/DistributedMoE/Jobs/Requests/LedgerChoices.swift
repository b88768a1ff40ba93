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
        return try SitePolicy.read(path: policy)
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
