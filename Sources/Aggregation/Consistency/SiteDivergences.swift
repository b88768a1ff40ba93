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

    package init(_ problem: AggregationProblem) {
        let mixture = problem.mixture
        members = mixture.members
        var random = problem.generator.split(5)
        references = random.sample(Self.mostReferences, below: mixture.sites.count).sorted()
        let part = problem.transport.part(
            points: Self.points, components: Array(0..<mixture.components.count), parallelism: problem.parallelism)
        (masses, sums) = part.nearestDivergences(to: references.map { mixture.sites[$0].model.experts })
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

    // What is larger, or no number, is taken as this.
    private static let mostDivergence = 1e300

    private static func bounded(_ divergence: Double) -> Double {
        divergence <= mostDivergence ? divergence : mostDivergence
    }

    /// The reference that all sites together are nearest to, each site with its weight.
    func medoid(weights: [Double]) -> Int {
        let totals = references.indices.map { reference in
            (0..<siteCount).reduce(0) {
                $0 + weights[$1] * Self.bounded(divergence(ofSite: $1, toReference: reference))
            }
        }
        let best = totals.indices.min { totals[$0] < totals[$1] } ?? 0
        return references[best]
    }
}
