import Foundation
import MixtureOfExperts

/// Finds local models that cannot be right: a wrong unit, a flipped sign, parameters that are not those of the rows.
///
/// A component of an honest site has its like at other sites, even where no site sees all groups. Its divergence is therefore
/// taken to the local models of the other sites, one by one, and the value is that which a share of them stays below: the
/// nearest alone could be a twin with the same damage, the median would punish whoever sees what few see. To it comes how far
/// the parameters are from the statistics beside them, which must be of the same rows.
///
/// A site that does not know a covariate has slope 0 for it, and is no witness against one that does: rows with a level of which it
/// withholds would all speak against the site that releases them.
struct InconsistentSites {
    /// Of each site, mean over its components; nats per row.
    let divergences: [Double]
    private let least: Double

    /// Share of the other sites that a component must resemble.
    private static let witnesses = 0.3
    /// With fewer that know as much only what is absurd counts.
    private static let leastWitnesses = 3
    /// Honest sites differ too: carriers of the flights by up to 1.3, the Beijing stations by 0.15; damaged ones from 4 to 1e8.
    private static let leastDivergence = 2.0
    /// Of classes: where an honest site separated what another did not, its log odds say how far apart they are: up to 3.1 was seen.
    private static let leastDivergenceOfClasses = 5.0
    /// Of what a site weighs: with less on the points they say nothing of where its rows are.
    private static let leastMass = 0.1
    /// What is larger, or no number, is reported as this.
    private static let mostDivergence = 1e300

    init(_ table: SiteDivergences, _ mixture: LocalMixture) {
        // An expert of fewer rows is too poorly estimated to be distinguished from a wrong one.
        let needed = 2 * Double(mixture.family.coefficientCount(regressors: mixture.design.expertPositions.count))
        let known = mixture.knownCovariates
        least = mixture.family.response.classes == nil ? Self.leastDivergence : Self.leastDivergenceOfClasses
        divergences = (0..<table.siteCount).map { site in
            let others = table.references.indices.filter { table.references[$0] != site }
            let witnesses = others.filter { known[site].isSubset(of: known[table.references[$0]]) }
            let isWitnessed = witnesses.count >= min(Self.leastWitnesses, others.count)
            let compared = isWitnessed ? witnesses : others
            guard !others.isEmpty, table.mass(site) >= Self.leastMass * mixture.weightShare(site) else { return 0 }
            let rank = max(0, Int((Self.witnesses * Double(compared.count)).rounded(.up)) - 1)
            let released = table.members[site].filter { mixture.components[$0].moments.effectiveRows >= needed }
            let divergence = table.mean(released) { component in
                compared.map { Self.bounded(table.sums[component, $0]) }.sorted()[rank]
                    + table.masses[component] * mixture.contradiction(component)
            }
            return Self.bounded(isWitnessed ? divergence : divergence / Self.absurdity)
        }
    }

    static func bounded(_ divergence: Double) -> Double {
        divergence <= mostDivergence ? divergence : mostDivergence
    }

    /// Where even the median site is far from the others they have little in common (each sees groups of its own, say), and only
    /// what is absurd beside that is inconsistent: a covariate in another unit is, by 10,000 times.
    private static let absurdity = 100.0

    /// Sites beyond median + 5 · 1.4826 · MAD, three times the median, and the least divergence.
    var inconsistent: [Int] {
        let median = Self.median(divergences)
        let deviation = 1.4826 * Self.median(divergences.map { abs($0 - median) })
        let factor = median > least ? Self.absurdity : 3
        let bound = max(median + 5 * deviation, factor * median, least)
        return divergences.indices.filter { divergences[$0] > bound }
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : 0.5 * (sorted[middle - 1] + sorted[middle])
    }
}

extension LocalMixture {
    /// Of each site the covariates of its experts that vary there.
    fileprivate var knownCovariates: [Set<Int>] {
        members.map { own in
            Set(
                design.expertCovariates.filter { column in
                    own.contains { components[$0].moments.scatter[column, column] > 0 }
                })
        }
    }

    fileprivate func weightShare(_ site: Int) -> Double {
        sites[site].weight / sites.reduce(0) { $0 + $1.weight }
    }

    /// How far the statistics of a component are from its parameters: ½ (r - 1 - log r), with r the mean squared residual of the
    /// rows behind it over its variance.
    ///
    /// An M-step makes r = 1; the variance floor makes it less, which is no contradiction. Where the fit is not closed the
    /// moments say nothing of the expert.
    fileprivate func contradiction(_ component: Int) -> Double {
        let (expert, moments) = (components[component].expert, components[component].moments)
        guard moments.weight > 0, family is any ClosedFormFamily else { return 0 }
        let residual = moments.meanSquaredResidual(of: expert.coefficients, on: design.expertCovariates)
        let ratio = max(residual / expert.dispersion, 1)
        return 0.5 * (ratio - 1 - log(ratio))
    }
}
