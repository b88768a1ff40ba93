import MixtureOfExperts
import Numerics

/// How far the local models are from each other: the divergence of each component of f̂^W to the local model of each of some
/// sites, where the component's own site has its rows.
package struct SiteDivergences: Sendable {
    /// The components of each site.
    let members: [Range<Int>]
    /// The sites that are compared with, ascending.
    package let references: [Int]
    /// Mass of each component on the support.
    let masses: [Double]
    /// Mass times mean divergence; components x references.
    let sums: Matrix

    // The table is quadratic in the number of sites: a part of points and references suffices.
    private static let points = 500
    private static let mostReferences = 60

    /// - Parameter reduced: a reference with more experts than the component's site is also taken with as few: what a small
    ///   site fits with one expert is like none of the several of a large one.
    package init(_ problem: AggregationProblem, reduced: Bool = false) {
        let mixture = problem.mixture
        members = mixture.members
        var random = problem.generator.split(5)
        references = random.sample(Self.mostReferences, below: mixture.sites.count).sorted()
        let part = problem.transport.part(
            points: Self.points, components: Array(0..<mixture.components.count), parallelism: problem.parallelism)
        let (masses, plain) = part.nearestDivergences(to: references.map { mixture.sites[$0].model.experts })
        self.masses = masses
        sums = reduced ? Self.reduced(plain, part, mixture, references) : plain
    }

    private static func reduced(
        _ plain: Matrix, _ part: TransportProblem, _ mixture: LocalMixture, _ references: [Int]
    ) -> Matrix {
        var result = plain
        for count in Set(mixture.sites.map(\.model.expertCount)).sorted() {
            let larger = references.indices.filter { mixture.sites[references[$0]].model.expertCount > count }
            // Where all sites have as many experts there is nothing to reduce, and nothing to pay for.
            guard !larger.isEmpty else { continue }
            let groups = larger.map { mixture.experts(ofSite: references[$0], reducedTo: count) }
            let sums = part.nearestDivergences(to: groups).sums
            for site in mixture.sites.indices where mixture.sites[site].model.expertCount == count {
                for component in mixture.members[site] {
                    for (column, reference) in larger.enumerated() {
                        result[component, reference] = min(result[component, reference], sums[component, column])
                    }
                }
            }
        }
        return result
    }

    package var siteCount: Int { members.count }

    /// The mean divergence of a site's components to the local model of a reference.
    package func divergence(ofSite site: Int, toReference reference: Int) -> Double {
        mean(members[site]) { sums[$0, reference] }
    }

    /// Of a site on the points.
    func mass(_ site: Int) -> Double { members[site].reduce(0) { $0 + masses[$1] } }

    /// Mass-weighted mean over some components; `sum` is mass times value.
    func mean(_ components: some Sequence<Int>, _ sum: (_ component: Int) -> Double) -> Double {
        let mass = components.reduce(0) { $0 + masses[$1] }
        return mass > 0 ? components.reduce(0) { $0 + sum($1) } / mass : 0
    }

    /// The reference that all sites together are nearest to, each site with its weight.
    func medoid(weights: [Double]) -> Int {
        let totals = references.indices.map { reference in
            (0..<siteCount).reduce(0) {
                $0 + weights[$1] * InconsistentSites.bounded(divergence(ofSite: $1, toReference: reference))
            }
        }
        let best = totals.indices.min { totals[$0] < totals[$1] } ?? 0
        return references[best]
    }
}

extension LocalMixture {
    /// Fewer experts for a site, each the regression of the rows of those that it takes the place of.
    fileprivate func experts(ofSite site: Int, reducedTo count: Int) -> [Expert] {
        let groups = members[site].map { group($0) }
        return GreedyMerging.groups(groups, count: count, design: design).map { $0.expert(family, design) }
    }
}
