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
    static func text(_ hashes: [UInt64]) -> String {
        var digits = [UInt8]()
        digits.reserveCapacity(16 * hashes.count)
        for hash in hashes {
            for shift in stride(from: UInt64(60), through: 0, by: -4) {
                digits.append(Self.digits[Int((hash >> shift) & 15)])
            }
        }
        return String(decoding: digits, as: UTF8.self)
    }

    private static let digits = Array("0123456789abcdef".utf8)

    /// nil for other digits, another order, or another number of subjects.
    init?(_ text: String, subjects: String?) {
        guard let hashes = Self.hashes(text), zip(hashes, hashes.dropFirst()).allSatisfy({ $0 <= $1 }) else {
            return nil
        }
        self.hashes = hashes
        guard let subjects else {
            self.subjects = nil
            return
        }
        guard let names = Self.hashes(subjects), names.count == hashes.count else { return nil }
        self.subjects = names
    }

    private static func hashes(_ text: String) -> [UInt64]? {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 16) else { return nil }
        var hashes = [UInt64]()
        hashes.reserveCapacity(digits.count / 16)
        for start in stride(from: 0, to: digits.count, by: 16) {
            var hash: UInt64 = 0
            for digit in digits[start..<start + 16] {
                switch digit {
                case UInt8(ascii: "0")...UInt8(ascii: "9"): hash = hash << 4 | UInt64(digit - UInt8(ascii: "0"))
                case UInt8(ascii: "a")...UInt8(ascii: "f"): hash = hash << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
                default: return nil
                }
            }
            hashes.append(hash)
        }
        return hashes
    }
}
