/// Rows of two classes by the probability that was given to the second.
struct RankedClasses: Sendable {
    private struct Entry {
        var probability: Double
        var weight: Double
        var isSecond: Bool
    }

    private var entries: [Entry] = []

    mutating func add(probability: Double, weight: Double, isSecond: Bool) {
        entries.append(Entry(probability: probability, weight: weight, isSecond: isSecond))
    }

    mutating func merge(_ other: RankedClasses) { entries += other.entries }

    /// The probability that a row of the second class was given more than one of the first, ties counting half: the area
    /// under the receiver operating characteristic (Hanley & McNeil 1982).
    ///
    /// nil where a class has no weight.
    ///
    /// O(n log n): by one walk over the sorted rows.
    var area: Double? {
        let sorted = entries.sorted { $0.probability < $1.probability }
        /// Weights of the first class below, and of both at, the present probability.
        var (below, tiedFirst, tiedSecond, won, second) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for (index, entry) in sorted.enumerated() {
            if entry.isSecond { tiedSecond += entry.weight } else { tiedFirst += entry.weight }
            guard index + 1 == sorted.count || sorted[index + 1].probability != entry.probability else { continue }
            won += tiedSecond * (below + 0.5 * tiedFirst)
            below += tiedFirst
            second += tiedSecond
            (tiedFirst, tiedSecond) = (0, 0)
        }
        return below > 0 && second > 0 ? won / (below * second) : nil
    }
}
