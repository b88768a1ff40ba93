import Foundation
import Messages
import Tables

/// What a site lets out of its tables, as a file that nobody else writes says it: it tightens the rules of a release, and cannot loosen them.
package struct SitePolicy: Sendable, Equatable {
    /// Of its file.
    package internal(set) var path = ""
    /// Columns of the tables that a release may be of; nil for all.
    package var columns: Set<String>?
    /// The column that says of whom a row is, which every release must name; nil where none must.
    package var subject: String?
    /// Effective rows, or subjects, behind every count and sum: the larger of this and what is asked for holds.
    package var minimumRows: Int?
    /// Most levels of a category or classes of a target.
    package var levels = Self.mostLevels
    /// Most levels over the rows of the site.
    package var levelsPerRow = Self.mostLevelsPerRow
    /// Most models that are released, by the ledger; nil for no bound.
    package var releases: Int?
    /// Most models of a study that statistics are released at.
    package var rounds = ReleaseLedger.mostRounds

    /// As DataSHIELD's `nfilter.levels` has them.
    package static let mostLevels = 40
    package static let mostLevelsPerRow = 0.33

    // MARK: What it refuses

    /// - Parameters:
    ///   - names: of the columns of the table that the answer is of.
    ///   - subject: the column of subjects; nil where rows are counted.
    ///   - levels: of each category, and classes, their number.
    ///   - rows: of the site.
    package func check(
        columns names: [String], subject own: String?, levels counts: [(name: String, count: Int)], rows: Int
    ) throws(PolicyError) {
        if let columns, let other = names.first(where: { !columns.contains($0) }) {
            throw .columnNotAllowed(path: path, column: other)
        }
        if let subject, own != subject { throw .subjectNeeded(path: path, column: subject) }
        for (name, count) in counts
        where count > levels || Double(count) > levelsPerRow * Double(rows) {
            throw .tooManyLevels(
                path: path, column: name, count: count,
                most: min(levels, Int((levelsPerRow * Double(rows)).rounded(.down))))
        }
    }

    /// A bound on releases needs a ledger that counts them.
    package func checkLedger(_ isKept: Bool) throws(PolicyError) {
        if releases != nil || rounds < ReleaseLedger.mostRounds, !isKept { throw .ledgerNeeded(path: path) }
    }
}
