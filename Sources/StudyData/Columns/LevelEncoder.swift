import Messages
import Tables

/// Which of the known spellings a field is.
///
/// Levels, answers, classes and sites are names, and names are compared as text: `01` is not `1`, `2E3` is not `2000`, and two long
/// numbers with one nearest double are two names. Blanks around a field do not count, and ``Swift/String/levelName``.
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
        // What is given with blanks around it is found with them and without them.
        let exact = zip(spellings, spellings.indices)
        let trimmed = spellings.indices.map { (spellings[$0].trimmingBlanks, $0) }
        positions = Dictionary(Array(exact) + trimmed) { first, _ in first }
    }

    /// A spelling is taken first as it is, then without the blanks around it, then as a whole number.
    ///
    /// What is none of them may be missing: `NA` is so only where it is no spelling.
    mutating func meaning(of field: String) -> Meaning {
        if let meaning = seen[field] { return meaning }
        let meaning = newMeaning(of: field)
        seen[field] = meaning
        return meaning
    }

    private func newMeaning(of field: String) -> Meaning {
        let trimmed = field.trimmingBlanks
        for spelling in [field, trimmed, trimmed.levelName] {
            if let position = positions[spelling] { return .known(position) }
        }
        return CSVNumber.value(of: trimmed)?.isNaN == true ? .missing : .unknown
    }
}

extension String {
    /// The name that a field without blanks around it stands for: itself, but `7.0` is `7`, for programs write whole numbers so where a
    /// column has gaps.
    package var levelName: String {
        guard let point = utf8.firstIndex(of: UInt8(ascii: ".")) else { return self }
        let zeros = utf8[utf8.index(after: point)...]
        let whole = self[..<point]
        guard !zeros.isEmpty, zeros.allSatisfy({ $0 == UInt8(ascii: "0") }), let number = Int(whole),
            // Neither 007.0 nor +7.0, nor more digits than the program that wrote it had. The smallest integer has no absolute value.
            String(number) == whole, number.magnitude < 1 << 53
        else { return self }
        return String(whole)
    }
}
