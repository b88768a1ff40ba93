import Foundation
import StudyData

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
    /// The digest of the model; of statistics, of that which they were taken at.
    package var model: String?
    /// Of statistics: what the model is a model of.
    ///
    /// So many models of one are answered.
    package var study: String?
    /// Of a retraction: the entry that is taken back.
    package var retracts: Int?
    /// Which columns said what a row is, sorted: those of the table that held numbers.
    var columns = [String]()
    /// Of the rows, sorted, 16 hexadecimal digits each; empty where `sameRows` names an entry that has them.
    var hashes = ""
    /// Of whom each row is, in the same order; nil where rows are subjects.
    var subjects: String?
    var sameRows: Int?
    /// Keyed, of the entry before and of this one.
    package internal(set) var code = ""

    package enum Kind: String, Codable, Sendable { case model, statistics, retraction }

    init(_ answer: LedgerAnswer, _ digests: RowDigests) {
        kind = answer.kind
        target = answer.target
        covariates = answer.covariates
        minimumRows = answer.minimumRows
        leftOut = answer.leftOut
        model = answer.model
        study = answer.study
        columns = digests.columns
    }

    /// Whether the bytes may be the beginning of a line; the keys are sorted.
    static func isBeginning(_ data: Data) -> Bool {
        let start = Data("{\"code\":\"".utf8)
        return data.starts(with: start) || start.starts(with: data)
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
    /// Of statistics: digests of the models that the model was made from.
    package var ancestors: Set<String> = []
    /// By the policy of the site: most models that are released, or that statistics of a study are released at; nil for no bound of its own.
    package var most: Int?

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
