import Foundation
import MixtureOfExperts
import Numerics

/// Finds sites that differ from the others by more than their own errors and the spread between sites explain.
///
/// A site's divergence is the median of KL(f̂_m ‖ f̂_l) over the other sites l: half of them would have to share a damage to hide it.
/// What errors of estimation explain is taken off. Where sites differ at random by τ² nats, what is left over τ² from all others is at most
/// the square of a t of as many degrees as there are others: the worst case is a difference in one direction. The largest is looked at first, then
/// the next without it, down to half of the sites; all up to the last that is beyond its bound are inconsistent (generalised extreme
/// studentised deviate: Rosner 1983, Technometrics 25, 165-172), at a level that Bonferroni's bound keeps over all sites.
///
/// A site that does not know a covariate has slope 0 for it, and is no witness against one that does: rows with a level of which it
/// withholds would all speak against the site that releases them.
struct InconsistentSites {
    /// Of each site; nats per row.
    let divergences: [Double]
    /// The part of it that is between the parameters and the statistics of the site alone.
    let contradictions: [Double]
    /// The most that errors of estimation explain of it but for one study in twenty: a χ² of p degrees is at most p + 2 √(p t) + 2 t but for a share e^-t (Laurent &
    /// Massart 2000, Annals of Statistics 28, 1302-1338).
    private let allowances: [Double]
    /// The most deviating first.
    let inconsistent: [Int]
    /// What differences between those that are left explain.
    let spread: Double
    /// Whether there are too few sites to call one inconsistent that no damage explains.
    let needsDamage: Bool

    /// With fewer sites nobody can say what spread is usual, and only what a damage explains is inconsistent.
    private static let leastSites = 5
    /// Of two nobody can say which of them is damaged.
    static let leastSitesOfDamage = 3
    private static let level = 0.05
    /// What is less is not worth a word, however sure it is.
    private static let leastDifference = 0.02
    /// A site with fewer that know as much as it does is not judged.
    private static let leastWitnesses = 3

    init(_ table: PredictiveDivergences, _ mixture: LocalMixture) {
        let known = mixture.knownCovariates
        let own = mixture.sites.map(\.estimationError)
        contradictions = mixture.sites.indices.map(mixture.contradiction)
        var (divergences, errors, judged) = ([Double](), own, [Int]())
        for site in mixture.sites.indices {
            let witnesses = table.references.indices.filter {
                table.references[$0] != site && known[site].isSubset(of: known[table.references[$0]])
            }
            divergences.append(
                Self.median(witnesses.map { table.values[site, $0] }) + contradictions[site])
            errors[site] += Self.median(witnesses.map { own[table.references[$0]] })
            if witnesses.count >= min(Self.leastWitnesses, mixture.sites.count - 1) { judged.append(site) }
        }
        self.divergences = divergences
        needsDamage = judged.count < Self.leastSites
        let chance = log(2 * Double(mixture.sites.count) / Self.level)
        let allowances = mixture.sites.indices.map { site in
            let share = chance / Double(max(1, mixture.sites[site].model.parameterCount))
            return errors[site] * (1 + 2 * share.squareRoot() + 2 * share)
        }
        self.allowances = allowances
        (inconsistent, spread) = Self.outlying(judged, divergences, errors, allowances)
    }

    /// Whether a site would be like the others with another divergence.
    func isConsistent(_ divergence: Double, site: Int) -> Bool {
        divergence < allowances[site] + Self.bound(divergences.count) * spread
    }

    /// In the order in which they are removed, up to the last that is beyond its bound, and τ² of the others.
    private static func outlying(
        _ judged: [Int], _ divergences: [Double], _ errors: [Double], _ allowances: [Double]
    ) -> (sites: [Int], spread: Double) {
        let excess = zip(divergences, errors).map { max(0, $0 - $1) }
        var kept = judged
        var removed = [Int]()
        var (found, spread) = (0, spread(kept.map { excess[$0] }))
        guard judged.count >= leastSitesOfDamage else { return ([], spread) }
        while removed.count < (judged.count - 1) / 2 {
            let total = kept.reduce(0) { $0 + excess[$1] }
            let ratios = kept.map { site in
                let others = max(leastDifference, (total - excess[site]) / Double(kept.count - 1))
                return (divergences[site] - allowances[site]) / others
            }
            guard let largest = ratios.indices.max(by: { ratios[$0] < ratios[$1] }) else { break }
            let isBeyond = ratios[largest] > bound(kept.count)
            removed.append(kept.remove(at: largest))
            if isBeyond { (found, spread) = (removed.count, Self.spread(kept.map { excess[$0] })) }
        }
        return (Array(removed[..<found]), spread)
    }

    private static func spread(_ excess: [Double]) -> Double {
        max(leastDifference, excess.reduce(0, +) / Double(max(excess.count, 1)))
    }

    /// Of the largest of `count` ratios.
    private static func bound(_ count: Int) -> Double {
        let quantile = SpecialFunctions.studentQuantile(
            tail: 0.5 * level / Double(count), degrees: Double(count - 1))
        return quantile * quantile
    }

    /// The lower one of an even number.
    static func median(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.sorted()[(values.count - 1) / 2]
    }
}

extension FittedMixture {
    /// Half a parameter for each row: what the divergence between a law and an estimate of it is on average (Akaike 1974); nats per row.
    fileprivate var estimationError: Double {
        let rows = moments.reduce(0) { $0 + $1.effectiveRows }
        return rows > 0 ? 0.5 * Double(model.parameterCount) / rows : .infinity
    }
}

extension LocalMixture {
    /// Of each site the covariates of its experts that vary there.
    fileprivate var knownCovariates: [Set<Int>] {
        members.map { own in
            Set(
                design.expertCovariates.filter { column in
                    own.contains { components[$0].knows(column) }
                })
        }
    }

    /// How far the statistics of its experts are from their parameters, as a mean over the rows: ½ (r - 1 - log r), with r the mean squared
    /// residual of the rows behind an expert over its variance.
    ///
    /// An M-step makes r = 1; the variance floor makes it less, which is no contradiction. Where the fit is not closed the
    /// moments say nothing of the expert.
    fileprivate func contradiction(ofSite site: Int) -> Double {
        let weight = members[site].reduce(0) { $0 + components[$1].moments.weight }
        guard family is any ClosedFormFamily, weight > 0 else { return 0 }
        return members[site].reduce(0) { sum, component in
            let (expert, moments) = (components[component].expert, components[component].moments)
            guard expert.fixed == nil, moments.weight > 0 else { return sum }
            let residual = moments.meanSquaredResidual(of: expert.coefficients, on: design.expertCovariates)
            let ratio = max(residual / expert.dispersion, 1)
            let gap = 0.5 * (ratio - 1 - log(ratio))
            return sum + moments.weight / weight * (gap < Self.largestContradiction ? gap : Self.largestContradiction)
        }
    }

    /// What is larger, or no number, is reported as this.
    private static let largestContradiction = 1e300
}
