extension String {
    /// Without spaces and tabs at both ends.
    package var trimmingBlanks: String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        guard let first, let last, isBlank(first) || isBlank(last) else { return self }
        return String(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }

    /// The same for spellings that people take for one: case and blanks do not count.
    package var likeness: String { split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased() }

    /// Whether bytes that are no UTF-8 may have been replaced in it.
    package var hasReplacedBytes: Bool { utf8.contains(0xEF) && unicodeScalars.contains("\u{FFFD}") }
}

extension Sequence<String> {
    /// Pairs of different spellings that people take for one, the first of each kind with the next.
    package var alikePairs: [(String, String)] {
        var first = [String: String]()
        return compactMap { spelling in
            guard let other = first[spelling.likeness] else {
                first[spelling.likeness] = spelling
                return nil
            }
            return other == spelling ? nil : (other, spelling)
        }
    }
}
