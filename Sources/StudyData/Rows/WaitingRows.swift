import MixtureOfExperts

/// Rows that wait for the next answer, while the parts of a table are read one after the other.
struct WaitingRows {
    /// Among all rows that count for something.
    let positions: Set<Int>
    private var passed = 0

    init(_ positions: Set<Int>) { self.positions = positions }

    /// The next part without them.
    mutating func leftOut(of part: RowSelection.Selected) -> RowSelection.Selected {
        guard !positions.isEmpty else { return part }
        var left = [Int]()
        for row in part.kept.indices {
            guard part.rows.weight(row) > 0 else {
                left.append(row)
                continue
            }
            if !positions.contains(passed) { left.append(row) }
            passed += 1
        }
        var result = part
        result.rows = part.rows.subset(left)
        result.kept = left.map { part.kept[$0] }
        return result
    }
}

extension RowSelection.Selected {
    /// Those of a weight above 0: the others are no part of an answer.
    var counted: [Int] { rows.weights == nil ? kept : kept.indices.filter { rows.weight($0) > 0 }.map { kept[$0] } }
}
