import Numerics

/// The distribution of one covariate under the posterior of an expert: shares and means of bins of rows, ascending.
///
/// Every bin stands for many rows; none of its numbers is an order statistic.
package struct Marginal: Sendable, Equatable {
    package struct Bin: Sendable, Equatable {
        package var share: Double
        package var mean: Double
        /// Whether all its rows have one value.
        package var isAtom: Bool

        package init(share: Double, mean: Double, isAtom: Bool = false) {
            self.share = share
            self.mean = mean
            self.isAtom = isAtom
        }
    }

    /// Shares sum to 1.
    package private(set) var bins: [Bin]

    /// - Parameter bins: with means that do not descend; one share at least is positive.
    package init(bins: [Bin]) {
        let total = bins.reduce(0) { $0 + $1.share }
        self.bins = bins.map { Bin(share: $0.share / total, mean: $0.mean, isAtom: $0.isAtom) }
    }

    package var mean: Double { bins.reduce(0) { $0 + $1.share * $1.mean } }

    /// Of the means of the bins.
    package var variance: Double {
        let center = mean
        return bins.reduce(0) { $0 + $1.share * (($1.mean - center) * ($1.mean - center)) }
    }

    /// The two values of a column that has no others.
    package var twoValues: (low: Double, high: Double)? {
        guard bins.count == 2, bins[0].isAtom, bins[1].isAtom, bins[0].mean < bins[1].mean else { return nil }
        return (bins[0].mean, bins[1].mean)
    }

    /// Of center + scale · x.
    package func rescaled(center: Double, scale: Double) -> Marginal {
        var result = self
        for index in bins.indices { result.bins[index].mean = center + scale * bins[index].mean }
        return result
    }

    /// Whether the shares are those of a column without atoms, which follow from the number of bins.
    package var hasUsualShares: Bool {
        guard bins.allSatisfy({ !$0.isAtom }), let usual = Self.shares(count: bins.count) else { return false }
        return zip(bins, usual).allSatisfy { abs($0.share - $1) <= 1e-9 }
    }

    /// With the shares that files hold: those that follow from the number of bins, or multiples of 1e-5 that sum to 1.
    ///
    /// What is made in memory is then what is read.
    package var released: Marginal {
        if hasUsualShares, let usual = Self.shares(count: bins.count) {
            return Marginal(bins: zip(bins, usual).map { Bin(share: $1, mean: $0.mean) })
        }
        let scaled = bins.map { max($0.share * Self.shareUnits, 1) }
        var counts = scaled.map { $0.rounded(.down) }
        let rest = scaled.indices.sorted { (scaled[$0] - counts[$0], $1) > (scaled[$1] - counts[$1], $0) }
        let missing = Int(Self.shareUnits - counts.reduce(0, +))
        for index in rest.prefix(max(missing, 0)) { counts[index] += 1 }
        return Marginal(
            bins: zip(bins, counts).map { Bin(share: $1 / Self.shareUnits, mean: $0.mean, isAtom: $0.isAtom) })
    }

    package static let shareUnits = 1e5

    // MARK: Layout of the bins of columns without atoms

    /// Bins of equal share.
    package static let equalBins = 20
    /// How often the outermost bins are halved at most.
    private static let mostHalvings = 5

    /// The shares of the bins of rows that make up `bins` bins of the least weight: equal ones, and beyond ``equalBins`` halves towards both
    /// tails as long as they hold the least weight.
    ///
    /// - Parameters:
    ///   - bins: how many bins of the least weight the rows make up.
    ///   - lower: whether the outermost bin below is halved.
    package static func shares(bins: Double, wanted: Int = equalBins, lower: Bool = true, upper: Bool = true)
        -> [Double]
    {
        let count = max(1, min(wanted, Int(bins)))
        let share = 1 / Double(count)
        guard count == wanted, lower || upper else { return [Double](repeating: share, count: count) }
        var outer = [share]
        while outer.count <= mostHalvings, 0.5 * outer[0] * bins >= 1 {
            let half = 0.5 * outer[0]
            outer[0] = half
            outer.insert(half, at: 0)
        }
        guard count > 1 else { return lower ? outer : outer.reversed() }
        return (lower ? outer : [share]) + [Double](repeating: share, count: count - 2)
            + (upper ? outer.reversed() : [share])
    }

    /// The shares of so many bins of a column without atoms; nil where no layout has so many.
    package static func shares(count: Int) -> [Double]? {
        if (1...equalBins).contains(count) { return [Double](repeating: 1 / Double(count), count: count) }
        let halvings = (count - equalBins) / 2
        guard count > equalBins, (count - equalBins) % 2 == 0, halvings <= mostHalvings else { return nil }
        return shares(bins: Double(equalBins << halvings))
    }
}
