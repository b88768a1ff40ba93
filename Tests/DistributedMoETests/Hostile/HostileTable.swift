/// What comes of extremes in the fields of a file, by kind of field.
struct HostileTable {
    private let name: String
    private var rows: [(kind: String, refused: Int, leftOut: Int, taken: Int, loss: Double)] = []

    init(_ name: String) { self.name = name }

    mutating func add(_ kind: String, _ extreme: String, _ outcome: HostileSites.Outcome) {
        let index = rows.firstIndex { $0.kind == kind } ?? rows.count
        if index == rows.count { rows.append((kind, 0, 0, 0, 0)) }
        switch outcome {
        case .refused: rows[index].refused += 1
        case .leftOut: rows[index].leftOut += 1
        case .taken(let loss):
            rows[index].taken += 1
            rows[index].loss = max(rows[index].loss, loss)
        case .wrong: break
        }
    }

    /// In Markdown.
    var text: String {
        let head = "| \(name) | refused | left out | taken in | largest loss |\n|---|---:|---:|---:|---:|\n"
        return head
            + rows.map { row in
                let loss = row.taken == 0 ? "" : "\((row.loss * 1e4).rounded() / 1e4)"
                return "| `\(row.kind)` | \(row.refused) | \(row.leftOut) | \(row.taken) | \(loss) |"
            }.joined(separator: "\n") + "\n"
    }
}
