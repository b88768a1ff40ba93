/// The known name that a mistyped one is nearest to.
///
/// - Returns: nil where none is near: more than a third of the letters would have to change.
package func suggestion(for name: String, among known: [String]) -> String? {
    let nearest = known.map { ($0, editDistance(name, $0)) }.min { $0.1 < $1.1 }
    return nearest.flatMap { $0.1 <= max(1, name.count / 3) ? $0.0 : nil }
}

/// Letters to insert, remove or change (Levenshtein).
private func editDistance(_ first: String, _ second: String) -> Int {
    let second = Array(second)
    var row = Array(0...second.count)
    for (index, letter) in first.enumerated() {
        var diagonal = row[0]
        row[0] = index + 1
        for other in second.indices {
            let change = diagonal + (letter == second[other] ? 0 : 1)
            diagonal = row[other + 1]
            row[other + 1] = min(change, row[other] + 1, row[other + 1] + 1)
        }
    }
    return row[second.count]
}
