import Messages
import Tables

/// The classes of a response, found in the rows: numbers by value, texts in the order of their characters.
package struct ClassFinder {
    package static let largestClassCount = 100

    private var profile: ColumnProfile

    init(_ profile: ColumnProfile) { self.profile = profile }

    package init(target: String) { profile = ColumnProfile(name: target) }

    /// - Throws: `noSuchColumn`.
    package mutating func add(_ table: DataTable) throws(TableError) {
        profile.add(try table.text(profile.name), source: table.source, line: table.line)
    }

    /// - Throws: `unusableClasses`.
    package func classes(source: String) throws(TableError) -> [String] {
        let classes = profile.levels
        guard (2...Self.largestClassCount).contains(classes.count) else {
            let found = "\(profile.distinct) different value\(classes.count == 1 ? "" : "s")"
            throw .unusableClasses(source: source, column: profile.name, found: found, largest: Self.largestClassCount)
        }
        return classes
    }
}
