extension String {
    /// Without spaces and tabs at both ends.
    var trimmingBlanks: String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        guard let first, let last, isBlank(first) || isBlank(last) else { return self }
        return String(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }
}
