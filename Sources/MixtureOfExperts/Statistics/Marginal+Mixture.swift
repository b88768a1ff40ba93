extension Marginal {
    /// Of a bin of a mixture.
    private static let leastShare = 1 / 640.0

    /// Of rows of several marginals together, in about so many bins; nil where there are none.
    ///
    /// A value that is a bin of its own in one and has no smaller a share than a bin stays one. Bins are joined with their neighbours,
    /// towards the tails fewer of them.
    package static func mixture(_ parts: [(weight: Double, marginal: Marginal)], bins count: Int) -> Marginal? {
        let total = parts.reduce(0) { $0 + $1.weight }
        guard total > 0 else { return nil }
        if parts.count == 1 { return parts[0].marginal }
        let sorted = parts.flatMap { part in
            part.marginal.bins.map {
                Bin(share: $0.share * part.weight / total, mean: $0.mean, isAtom: $0.isAtom)
            }
        }.sorted { ($0.mean, $0.share) < ($1.mean, $1.share) }
        let least = 1 / Double(count)
        let atoms = joinedValues(sorted)
        let isFew = atoms.count <= count && atoms.allSatisfy(\.isAtom)
        var joined = [Bin]()
        var open = false
        var below = 0.0
        for bin in atoms {
            defer { below += bin.share }
            if bin.isAtom, isFew || bin.share >= least {
                joined.append(bin)
                open = false
                continue
            }
            let wanted = min(least, max(leastShare, 0.5 * min(below, 1 - below)))
            if open, let last = joined.last, last.share < wanted {
                let share = last.share + bin.share
                let mean = (last.share * last.mean + bin.share * bin.mean) / share
                // Rounding puts no mean of equal values beside them.
                joined[joined.count - 1] = Bin(share: share, mean: min(max(mean, last.mean), bin.mean))
            } else {
                joined.append(Bin(share: bin.share, mean: bin.mean))
                open = true
            }
        }
        return joined.count > 1 ? Marginal(bins: joined) : nil
    }

    /// Equal values of several marginals are one.
    private static func joinedValues(_ sorted: [Bin]) -> [Bin] {
        let range = (sorted.last?.mean ?? 0) - (sorted.first?.mean ?? 0)
        return sorted.reduce(into: []) { result, bin in
            if bin.isAtom, let last = result.last, last.isAtom, bin.mean - last.mean <= 1e-9 * range {
                result[result.count - 1].share += bin.share
            } else {
                result.append(bin)
            }
        }
    }
}
