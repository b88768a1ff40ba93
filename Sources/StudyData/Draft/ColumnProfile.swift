import Messages
import Tables

/// What a column of text fields looks like: whether they are numbers, how many different ones there are, how many are missing.
struct ColumnProfile {
    let name: String
    /// How often each field stands, numbers in their shortest spelling; cut off beyond ``mostDistinct``.
    private(set) var counts: [String: Int] = [:]
    private(set) var missing = 0
    /// The first field that is neither number nor missing, and its 1-based line.
    private(set) var firstText: (line: Int, field: String)?
    /// The numbers among `counts` when a text turns up keep their shortest spelling: `LevelEncoder` finds them by it.
    private(set) var hasTooMany = false

    /// Levels beyond any use.
    static let mostDistinct = 1000

    init(name: String) { self.name = name }

    mutating func add(_ fields: [String], line: (Int) -> Int) {
        for (row, field) in fields.enumerated() {
            let field = field.trimmingBlanks
            guard let number = CSVNumber.value(of: field) else {
                if firstText == nil { firstText = (line(row), field) }
                count(field)
                continue
            }
            if number.isNaN { missing += 1 } else { count(Format.label(number)) }
        }
    }

    private mutating func count(_ field: String) {
        if counts[field] == nil, counts.count >= Self.mostDistinct {
            hasTooMany = true
            return
        }
        counts[field, default: 0] += 1
    }

    var isNumeric: Bool { firstText == nil }

    /// How many different fields there are; more where there are too many.
    var distinct: Int { counts.count }

    /// The different fields in ascending order: numbers by value, before texts in the order of their characters.
    var levels: [String] {
        let numbers = counts.keys.compactMap { key in CSVNumber.value(of: key).map { (key, $0) } }
        let texts = counts.keys.filter { CSVNumber.value(of: $0) == nil }
        return numbers.sorted { $0.1 < $1.1 }.map(\.0) + texts.sorted()
    }

    /// The most frequent field, of equals the first.
    var mostFrequent: String? {
        let most = counts.values.max()
        return levels.first { counts[$0] == most }
    }

    /// Where the two fields are a yes and a no.
    var yesNo: (yes: String, no: String)? {
        let levels = levels
        guard levels.count == 2 else { return nil }
        for pair in Self.pairs {
            if let yes = levels.first(where: { $0.lowercased() == pair.yes }),
                let no = levels.first(where: { $0.lowercased() == pair.no })
            {
                return (yes, no)
            }
        }
        return nil
    }

    private static let pairs: [(yes: String, no: String)] = [
        ("1", "0"), ("yes", "no"), ("y", "n"), ("true", "false"), ("t", "f"), ("on", "off"), ("ja", "nein"), ("j", "n"),
        ("oui", "non"), ("sí", "no"), ("si", "no"), ("sim", "não"), ("tak", "nie"), ("ano", "ne"), ("igen", "nem"),
    ]
}
