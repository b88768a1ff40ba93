import Foundation
import Messages
import Tables

/// What a site lets out of its tables, as a file that nobody else writes says it: it tightens the rules of a release, and cannot loosen them.
package struct SitePolicy: Sendable, Equatable {
    package let path: String
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

    package static let formatName = "dmoe-policy"
    /// As DataSHIELD's `nfilter.levels` has them.
    package static let mostLevels = 40
    package static let mostLevelsPerRow = 0.33

    private struct Fields: Decodable {
        var format: String
        var formatVersion: Int
        var columns: [String]?
        var subject: String?
        var minimumRows: Int?
        var levels: Int?
        var levelsPerRow: Double?
        var releases: Int?
        var rounds: Int?
    }

    private static let names: Set<String> = [
        "format", "formatVersion", "note", "columns", "subject", "minimumRows", "levels", "levelsPerRow", "releases",
        "rounds",
    ]

    /// - Throws: ``PolicyError`` for a file that is none, that others may write, or that would loosen a rule.
    package init(path: String) throws(PolicyError) {
        self.path = path
        guard let data = FileManager.default.contents(atPath: path) else { throw .cannotRead(path: path) }
        if FilePath.isWritableByOthers(path) { throw .writableByOthers(path: path) }
        guard let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
            object["format"] as? String == Self.formatName
        else { throw .notAPolicy(path: path) }
        if let unknown = object.keys.sorted().first(where: { !Self.names.contains($0) }) {
            throw .invalid(path: path, field: unknown, reason: "is not known")
        }
        let fields: Fields
        do { fields = try JSONDecoder().decode(Fields.self, from: data) } catch {
            let key: String?
            switch error {
            case DecodingError.typeMismatch(_, let context), DecodingError.dataCorrupted(let context):
                key = context.codingPath.first?.stringValue
            case DecodingError.keyNotFound(let name, _): key = name.stringValue
            default: key = nil
            }
            throw .invalid(path: path, field: key ?? "format", reason: "is missing or of another type")
        }
        guard fields.formatVersion == 1 else {
            throw .invalid(path: path, field: "formatVersion", reason: "must be 1")
        }
        columns = fields.columns.map(Set.init)
        subject = fields.subject
        minimumRows = fields.minimumRows
        levels = fields.levels ?? levels
        levelsPerRow = fields.levelsPerRow ?? levelsPerRow
        releases = fields.releases
        rounds = fields.rounds ?? rounds
        try check()
    }

    private func check() throws(PolicyError) {
        let least = RequestOption.leastThreshold
        for (holds, field, reason) in [
            (minimumRows.map { $0 >= least } ?? true, "minimumRows", "must be \(least) or more"),
            ((2...Self.mostLevels).contains(levels), "levels", "must be from 2 to \(Self.mostLevels)"),
            (
                levelsPerRow > 0 && levelsPerRow <= Self.mostLevelsPerRow, "levelsPerRow",
                "must be above 0 and at most \(Self.mostLevelsPerRow)"
            ),
            (releases.map { $0 >= 0 } ?? true, "releases", "must be 0 or more"),
            (
                (0...ReleaseLedger.mostRounds).contains(rounds), "rounds",
                "must be from 0 to \(ReleaseLedger.mostRounds)"
            ),
        ] where !holds { throw .invalid(path: path, field: field, reason: "\(reason): a policy tightens rules") }
    }

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
