/// Agreement of two labellings of the same rows, corrected for chance (Hubert & Arabie 1985): 1 for the same partition,
/// about 0 for unrelated ones.
public func adjustedRandIndex(_ first: [Int], _ second: [Int]) -> Double {
    precondition(first.count == second.count, "one label a row in each labelling")
    func pairs(_ count: Int) -> Double { 0.5 * Double(count) * Double(count - 1) }
    let rows = Dictionary(grouping: first.indices) { first[$0] }
    let columns = Dictionary(grouping: second.indices) { second[$0] }.mapValues { pairs($0.count) }
    let cells = rows.values.flatMap { members in
        Dictionary(grouping: members) { second[$0] }.values.map { pairs($0.count) }
    }
    let together = cells.reduce(0, +)
    let firstPairs = rows.values.reduce(0) { $0 + pairs($1.count) }
    let secondPairs = columns.values.reduce(0, +)
    let expected = firstPairs * secondPairs / max(pairs(first.count), 1)
    let largest = 0.5 * (firstPairs + secondPairs)
    return largest == expected ? 1 : (together - expected) / (largest - expected)
}
