import Messages
import Tables

/// Which of the known spellings a field is.
struct LevelEncoder {
    enum Meaning {
        /// The position among the spellings.
        case known(Int)
        case missing
        case unknown
    }

    private let positions: [String: Int]
    /// Fields seen before: a column has few different ones.
    private var seen: [String: Meaning] = [:]

    init(_ spellings: [String]) {
        positions = Dictionary(zip(spellings, spellings.indices)) { first, _ in first }
    }

    /// A spelling is taken first as it is, then without the blanks around it, then as a number, so that `1.0` is `1`. What
    /// is none of them may be missing: `NA` is so only where it is no spelling.
    mutating func meaning(of field: String) -> Meaning {
        if let meaning = seen[field] { return meaning }
        let meaning = newMeaning(of: field.trimmingBlanks)
        seen[field] = meaning
        return meaning
    }

    private func newMeaning(of field: String) -> Meaning {
        if let position = positions[field] { return .known(position) }
        guard let number = CSVNumber.value(of: field) else { return .unknown }
        if number.isNaN { return .missing }
        return positions[Format.label(number)].map { .known($0) } ?? .unknown
    }
}
