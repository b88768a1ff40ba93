import Numerics

/// Two groups of sites, each alike within and far from the other.
package struct SiteGroups: Sendable, Equatable, Encodable {
    package let first: [String]
    package let second: [String]
    /// Median over the sites of what their rows lose by the model of the other group; nats per row.
    package let divergence: Double

    /// Of the sites, in the smaller group: of less a site is judged on its own.
    private static let leastShare = 0.25
    private static let leastSites = 4
    private static let level = 0.05
    private static let replicates = 200

    /// nil where the sites do not form groups, or where there are too few of them to say so.
    ///
    /// Sites that differ at random can be cut in two as well: they are, in one direction, where cuts are clearest, and the
    /// cut of the sites has to be clearer than 95 % of those.
    init?(_ table: PredictiveDivergences, _ check: InconsistentSites, names: [String]) {
        let count = table.values.rowCount
        guard count >= Self.leastSites else { return nil }
        let noise = check.errors
        let cut = Self.clearest(count, references: table.references) { table.values[$0, $1] + noise[$0] }
        guard let cut, !check.isConsistent(cut.between) else { return nil }
        // The spread that a χ² of one degree, the square of what two sites differ by, has at its median.
        let spread = InconsistentSites.median(table.values.storage.filter { $0 > 0 }) / 0.4549
        var random = RandomNumbers(seed: 0x6E0)
        var clearer = 0
        for _ in 0..<Self.replicates {
            let points = (0..<count).map { _ in random.normal() }
            let chance = Self.clearest(count, references: table.references) { site, reference in
                let difference = points[site] - points[table.references[reference]]
                return 0.5 * spread * difference * difference + noise[site]
            }
            if let chance, chance.ratio >= cut.ratio { clearer += 1 }
        }
        guard Double(clearer) < Self.level * Double(Self.replicates) else { return nil }
        divergence = cut.between
        first = names.indices.filter { cut.isFirst[$0] }.map { names[$0] }
        second = names.indices.filter { !cut.isFirst[$0] }.map { names[$0] }
    }

    private struct Cut {
        var isFirst: [Bool]
        /// Median divergence to the other center.
        var between: Double
        /// Of `between` to the median divergence to the own center.
        var ratio: Double
    }

    /// The two references as centers, each site with the nearer one, for which the groups are farthest from each other for what they are
    /// wide.
    private static func clearest(
        _ count: Int, references: [Int], _ divergence: (_ site: Int, _ reference: Int) -> Double
    ) -> Cut? {
        var best: Cut?
        let columns = references.indices.map { column in (0..<count).map { divergence($0, column) } }
        for second in references.indices {
            for first in 0..<second {
                let isFirst = (0..<count).map { columns[first][$0] <= columns[second][$0] }
                let size = isFirst.count { $0 }
                guard Double(min(size, count - size)) >= max(2, leastShare * Double(count)) else { continue }
                let others = isFirst.indices.filter { $0 != references[first] && $0 != references[second] }
                let within = InconsistentSites.median(others.map { min(columns[first][$0], columns[second][$0]) })
                let between = InconsistentSites.median(
                    isFirst.indices.map { max(columns[first][$0], columns[second][$0]) })
                let ratio = between / max(within, 1e-12)
                if ratio > best?.ratio ?? 0 { best = Cut(isFirst: isFirst, between: between, ratio: ratio) }
            }
        }
        return best
    }
}
