import MixtureOfExperts
import Numerics

/// The slopes that the gates of some sites have for a column, for those of sites that withhold it.
///
/// A gate whose slope is 0 for want of variation would speak against those that have one, in the rows that the site withholds. Gates are compared
/// by their experts: a site counts whose experts are, one for one, the nearest to those of the other.
struct ReleasedGateSlopes {
    private struct Site {
        var index: Int
        /// By expert, against the last.
        var slopes: [Double]
        var spread: Double
    }

    private let column: Int
    /// Of the gate's coefficients; nil where the gate does not read the column.
    private let row: Int?
    private let sites: [Site]

    /// - Parameter mostSites: the largest ones serve.
    init(_ column: Int, _ sites: [FittedMixture], mostSites: Int) {
        self.column = column
        let row = sites.first.flatMap { $0.model.design.gateCovariates.firstIndex(of: column) }.map { $0 + 1 }
        self.row = row
        guard let row else {
            self.sites = []
            return
        }
        let known = sites.indices.compactMap { index -> Site? in
            let site = sites[index]
            let slopes = (0..<site.model.expertCount).map { site.model.gate.coefficients[row, $0] }
            let spread = site.moments.reduce(0) { $0 + $1.scatter[column, column] }
            return spread > 0 && slopes.contains { $0 != 0 } ? Site(index: index, slopes: slopes, spread: spread) : nil
        }
        self.sites = Array(
            known.sorted { (sites[$0.index].weight, $1.index) > (sites[$1.index].weight, $0.index) }.prefix(mostSites))
    }

    /// Fills in the slopes of a gate that has none, about the constant that the site has.
    ///
    /// - Parameter nearest: the expert of another site that is nearest to one of this site.
    func fill(_ fitted: inout FittedMixture, nearest: (_ expert: Int, _ site: Int) -> Int) {
        let count = fitted.model.expertCount
        guard let row, count > 1, fitted.withholds(column) else { return }
        var sums = [Double](repeating: 0, count: count)
        var total = 0.0
        for site in sites where site.slopes.count == count {
            let own = (0..<count).map { nearest($0, site.index) }
            guard Set(own).count == count else { continue }
            for expert in 0..<count {
                sums[expert] += site.spread * (site.slopes[own[expert]] - site.slopes[own[count - 1]])
            }
            total += site.spread
        }
        guard total > 0 else { return }
        let mean = fitted.center[column]
        var gate = fitted.model.gate.coefficients
        for expert in 0..<count {
            gate[row, expert] = sums[expert] / total
            gate[0, expert] -= gate[row, expert] * mean
        }
        fitted.model.gate = SoftmaxGate(coefficients: gate)
    }
}

extension FittedMixture {
    /// Whether a rule made a column constant in all rows of the site.
    fileprivate func withholds(_ column: Int) -> Bool {
        guard !withheldColumns.isEmpty else { return false }
        return moments.indices.allSatisfy { moments[$0].weight == 0 || withheldColumns[$0][column] != nil }
    }
}
