import MixtureOfExperts
import Numerics

/// Ends the search where the first starts say that nothing better is left to find.
///
/// A start that is brought to its optimum draws an optimum at random, with the share of starts that lead there. With w different ones in n
/// draws the expected share of starts that lead elsewhere is w (w + 1) / (n (n - 1)) (Boender & Rinnooy Kan 1987), and one in w + 1 of what
/// is found there is better than all so far: w / (n (n - 1)). One optimum in 5 starts, a start of each kind, or two in 8 leave a twentieth or
/// less. A best one that few of them led to says that there may be others as rare: half of them have to. Else all starts are tried. The optima are those of a
/// small part of the rows; which start is tried when is fixed, so that threads do not matter.
extension StartSearch {
    /// Starts after which to look; the second look has one of each strategy.
    private static let looks = [3, StartStrategy.allCases.count, 8]
    /// Expected share of starts that lead to a better optimum.
    private static let unexplored = 0.05

    /// A start after a few iterations, and its optimum on the same rows.
    struct Probe: Sendable {
        var screened: Screened
        var optimum: Screened
    }

    /// The first random starts, and whether no other is needed.
    func probes(_ sample: ShardRows) -> (probes: [Probe], isEnough: Bool) {
        var probes = [Probe]()
        for count in Self.looks where count <= options.starts {
            let done = probes.count
            probes += parallelism.map(count: count - done) { index in
                let screened = screened(start(done + index, sample), sample, round: 0, start: done + index)
                return Probe(screened: screened, optimum: brought(screened, toOptimumOn: sample))
            }
            guard probes.allSatisfy({ $0.optimum.report.floorHits == 0 }) else { break }
            let optima = probes.map(\.optimum)
            let different = Double(unique(optima, tolerance: Self.sameOptimum).unique.count)
            let best = optima.map(\.score).max() ?? 0
            let found = Double(optima.count { abs($0.score - best) < Self.sameOptimum })
            let drawn = Double(count)
            // Fewer than one of each strategy say too little.
            if count >= StartStrategy.allCases.count, 2 * found >= drawn,
                different <= Self.unexplored * drawn * (drawn - 1)
            {
                return (probes, true)
            }
            if different == drawn || different > 2 { break }
        }
        return (probes, false)
    }
}
