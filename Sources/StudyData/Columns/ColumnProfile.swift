import Messages
import Tables

/// What a column of text fields looks like: whether they are numbers, how many different ones there are, how many are missing.
struct ColumnProfile {
    let name: String
    /// How often each field stands, as the name of a level; cut off beyond ``mostDistinct``.
    private(set) var counts: [String: Int] = [:]
    private(set) var missing = 0
    /// The first field that is neither number nor missing, with its file and 1-based line.
    private(set) var firstText: (source: String, line: Int, field: String)?
    /// The 1-based line of the first number.
    private(set) var firstNumberLine: Int?
    private(set) var hasTooMany = false
    /// nil for a name that says that these are no numbers of rows.
    private var numbering: RowNumbering?
    private var naming = SiteNaming<String>()

    /// Levels beyond any use.
    static let mostDistinct = 1000

    /// - Parameter position: in the header, from 1; 0 for a column of which it does not matter.
    init(name: String, position: Int = 0) {
        self.name = name
        numbering = RowNumbering(name: name, position: position)
    }

    mutating func beginFile() {
        naming.beginSite()
        numbering?.beginFile()
    }

    mutating func add(_ fields: [String], source: String, line: (Int) -> Int) {
        for (row, field) in fields.enumerated() {
            let field = field.trimmingBlanks
            let value = CSVNumber.value(of: field)
            numbering?.add(value ?? .nan)
            guard let number = value else {
                if firstText == nil { firstText = (source, line(row), field) }
                count(field)
                continue
            }
            if number.isNaN {
                missing += 1
            } else {
                if firstNumberLine == nil, number.isFinite { firstNumberLine = line(row) }
                count(field.levelName)
            }
        }
    }

    private mutating func count(_ field: String) {
        naming.add(field)
        if counts[field] == nil, counts.count >= Self.mostDistinct {
            hasTooMany = true
            return
        }
        counts[field, default: 0] += 1
    }

    /// Whether the values number the rows of each file.
    var numbersRows: Bool { numbering?.holds ?? false }

    /// Whether the values name the files.
    var namesFiles: Bool { naming.holds }

    var isNumeric: Bool { firstText == nil }

    /// How many different fields there are; more where there are too many.
    var distinct: Int { counts.count }

    /// The different fields in ascending order: numbers by value, before texts in the order of their characters.
    var levels: [String] {
        let numbers = counts.keys.compactMap { key in CSVNumber.value(of: key).map { (key, $0) } }
        let texts = counts.keys.filter { CSVNumber.value(of: $0) == nil }
        return numbers.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map(\.0) + texts.sorted()
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
