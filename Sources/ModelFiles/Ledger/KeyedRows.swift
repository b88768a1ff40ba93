import Numerics
import StudyData

/// Rows by the key of a ledger, hashed once for each list of columns that says what a row is.
struct KeyedRows {
    private let digests: RowDigests
    private let key: [UInt8]
    private lazy var subjects = digests.keyedSubjects(by: KeyedHash(key: key).digest("subjects".utf8))
    private var hashes = [[String]: [UInt64]?]()
    private var sorted = [[String]: LedgerRows?]()

    init(_ digests: RowDigests, key: [UInt8]) {
        self.digests = digests
        self.key = key
    }

    /// In the order of the rows; nil where the table has not all of the columns: these rows cannot be known again.
    mutating func inOrder(by columns: [String]) -> [UInt64]? {
        if let known = hashes[columns] { return known }
        let own = digests.keyed(by: KeyedHash(key: key).digest("rows".utf8), columns: columns)
        hashes[columns] = .some(own)
        return own
    }

    mutating func rows(by columns: [String]) -> LedgerRows? {
        if let known = sorted[columns] { return known }
        let hashes = inOrder(by: columns)
        let subjects = subjects
        let own = hashes.map { LedgerRows($0, subjects: subjects) }
        sorted[columns] = .some(own)
        return own
    }
}
