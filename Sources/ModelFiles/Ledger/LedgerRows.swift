import StudyData

/// Keyed hashes of the rows behind an answer.
package struct LedgerRows: Sendable, Equatable {
    /// Sorted.
    package let hashes: [UInt64]
    /// Of whom each of them is; nil where rows are subjects.
    package let subjects: [UInt64]?

    /// - Parameter subjects: one for each row.
    package init(_ hashes: [UInt64], subjects: [UInt64]? = nil) {
        guard let subjects else {
            (self.hashes, self.subjects) = (hashes.sorted(), nil)
            return
        }
        let sorted = zip(hashes, subjects).sorted { ($0.0, $0.1) < ($1.0, $1.1) }
        (self.hashes, self.subjects) = (sorted.map(\.0), sorted.map(\.1))
    }

    /// How two answers differ.
    struct Difference {
        /// Positions of rows that the first alone has.
        var gone: [Int]
        /// Positions of rows that the second alone has.
        var new: [Int]
        /// The least number of subjects that these rows are of.
        var subjects: Int

        var rows: Int { gone.count + new.count }
    }

    func difference(to other: LedgerRows) -> Difference {
        let (gone, new) = RowDigests.difference(hashes, other.hashes)
        let (own, others) = (names(gone), other.names(new))
        let subjects: Int
        switch (own, others) {
        case (let own?, let others?): subjects = own.union(others).count
        // Rows whose subject nobody wrote down may be of one.
        case (let own?, nil): subjects = max(own.count, new.isEmpty ? 0 : 1)
        case (nil, let others?): subjects = max(others.count, gone.isEmpty ? 0 : 1)
        case (nil, nil): subjects = gone.count + new.count
        }
        return Difference(gone: gone, new: new, subjects: subjects)
    }

    private func names(_ positions: [Int]) -> Set<UInt64>? { subjects.map { all in Set(positions.map { all[$0] }) } }

    // MARK: Text

    /// 16 hexadecimal digits for each.
    static func text(_ hashes: [UInt64]) -> String { Hexadecimal.text(words: hashes) }

    /// nil for other digits, another order, or another number of subjects.
    init?(_ text: String, subjects: String?) {
        guard let hashes = Hexadecimal.words(text), zip(hashes, hashes.dropFirst()).allSatisfy({ $0 <= $1 }) else {
            return nil
        }
        self.hashes = hashes
        guard let subjects else {
            self.subjects = nil
            return
        }
        guard let names = Hexadecimal.words(subjects), names.count == hashes.count else { return nil }
        self.subjects = names
    }
}
