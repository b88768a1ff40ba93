/// A line of a ledger: an answer, or that one is taken back.
package struct LedgerEntry: Codable, Sendable, Equatable {
    /// From 1.
    package internal(set) var entry = 0
    package var kind: Kind
    package var target: String
    package var covariates: [String]
    /// Below which a difference is refused.
    package var minimumRows: Int
    /// Of the rows left out by a rule, by the names of their classes.
    package var leftOut: [String]
    /// Of statistics: the digest of the model that they were taken at.
    package var model: String?
    /// Of statistics: what the model is a model of.
    ///
    /// So many models of one are answered.
    package var study: String?
    /// Of a retraction: the entry that is taken back.
    package var retracts: Int?
    /// Of the rows, sorted, 16 hexadecimal digits each; empty where `sameRows` names an entry that has them.
    var hashes = ""
    var sameRows: Int?
    /// Keyed, of the entry before and of this one.
    package internal(set) var code = ""

    package enum Kind: String, Codable, Sendable { case model, statistics, retraction }

    init(_ answer: LedgerAnswer) {
        kind = answer.kind
        target = answer.target
        covariates = answer.covariates
        minimumRows = answer.minimumRows
        leftOut = answer.leftOut
        model = answer.model
        study = answer.study
    }

    init(retracting other: LedgerEntry) {
        kind = .retraction
        target = other.target
        covariates = other.covariates
        minimumRows = other.minimumRows
        leftOut = []
        retracts = other.entry
    }
}

/// What a site is about to release.
package struct LedgerAnswer: Sendable {
    package var kind: LedgerEntry.Kind
    package var target: String
    package var covariates: [String]
    package var minimumRows: Int
    /// Classes whose rows a rule left out, with their column; nil before that is known.
    package var classesLeftOut: [String]?
    package var model: String?
    package var study: String?

    var leftOut: [String] { classesLeftOut ?? [] }

    package init(
        kind: LedgerEntry.Kind, target: String, covariates: [String], minimumRows: Int, leftOut: [String]? = nil,
        model: String? = nil, study: String? = nil
    ) {
        self.kind = kind
        self.target = target
        self.covariates = covariates
        self.minimumRows = minimumRows
        classesLeftOut = leftOut
        self.model = model
        self.study = study
    }
}

/// Keyed hashes of the rows behind an answer.
package struct LedgerRows: Sendable, Equatable {
    /// Sorted.
    package let hashes: [UInt64]

    package init(_ hashes: some Sequence<UInt64>) { self.hashes = hashes.sorted() }

    /// 16 hexadecimal digits each.
    var text: String {
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

    /// nil for other digits, or another order.
    init?(_ text: String) {
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
            if let last = hashes.last, last > hash { return nil }
            hashes.append(hash)
        }
        self.hashes = hashes
    }
}
