/// Whether a column only numbers the rows, as programs write it that give rows a name: such a column is no covariate by itself.
///
/// A column without a name, or with a name that stands for none, does where its values are whole and all different, since rows may
/// have been drawn or shuffled since they were numbered; one with a usual name of an index where they rise by 1 from 0 or 1.
struct RowNumbering {
    private let isNamed: Bool
    private var seen: Set<Int> = []
    /// In this file, and in all.
    private var count = 0
    private var total = 0
    private var first = 0
    private var isPossible = true

    /// nil for a name that says something else.
    ///
    /// - Parameter position: in the header, from 1.
    init?(name: String, position: Int) {
        if name == "X" || Self.isUsual(name.lowercased()) {
            isNamed = true
        } else if name == "column\(position)" || name.hasPrefix("Unnamed: ") || Self.isNumbered(name) {
            isNamed = false
        } else {
            return nil
        }
    }

    /// Of an index, or of what identifies a row.
    private static func isUsual(_ name: String) -> Bool {
        [
            "index", "level_0", "rownames", "v1", "id", "_id", "row", "rowid", "rownum", "rownumber", "obs",
            "observation", "record",
            "nr", "no", "no.", "number", "case", "subject", "patient",
        ].contains(name)
            || ["_id", ".id", " id", "-id", "_no", "_nr", "_index", "_number"].contains { name.hasSuffix($0) }
    }

    /// `...1`, as R repairs names.
    private static func isNumbered(_ name: String) -> Bool {
        name.hasPrefix("...") && Int(name.dropFirst(3)) != nil
    }

    /// A new file, whose rows may have numbers of their own.
    mutating func beginFile() {
        (count, first) = (0, 0)
        seen.removeAll()
    }

    /// NaN for a missing value or a text.
    mutating func add(_ value: Double) {
        guard isPossible, let number = Int(exactly: value), number >= 0 else {
            isPossible = false
            return
        }
        if count == 0 { first = number }
        isPossible = isNamed ? first <= 1 && number == first + count : seen.insert(number).inserted
        count += 1
        total += 1
    }

    var holds: Bool { isPossible && total > 1 }
}
