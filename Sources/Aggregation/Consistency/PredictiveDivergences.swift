import MixtureOfExperts
import Numerics

/// What each local model says of the rows of the others: sites x references, in nats per row.
struct PredictiveDivergences {
    /// The sites that all are compared with, ascending.
    let references: [Int]
    /// Of each site, its draws.
    let draws: [SiteDraws]
    /// KL(f̂_m ‖ f̂_l) over the rows of site m; 0 for a site and itself.
    let values: Matrix

    // The table is quadratic in the number of sites: a part of references and draws suffices, the more so the more sites there are.
    private static let mostReferences = 25
    private static let mostReferencesOfMany = 11
    private static let many = 400
    private static let fewestDraws = 50
    private static let mostDraws = 300
    private static let densities = 2_000_000

    init(_ problem: AggregationProblem) {
        let mixture = problem.mixture
        let count = mixture.sites.count
        let chosen = count > Self.many ? Self.mostReferencesOfMany : Self.mostReferences
        var random = problem.generator.split(5)
        let references = random.sample(chosen, below: count).sorted()
        let size = min(max(Self.densities / (count * references.count), Self.fewestDraws), Self.mostDraws)
        let generator = problem.generator.split(8)
        let singles = references.map { mixture.single(site: $0) }
        let rows = problem.parallelism.map(count: count) { site -> (draws: SiteDraws, values: [Double]) in
            var random = generator.split(site)
            let draws = SiteDraws(mixture, site: site, count: size, using: &random)
            let values = references.indices.map { index -> Double in
                let reference = mixture.sites[references[index]].model
                guard references[index] != site else { return 0 }
                let divergence = draws.divergence(to: reference)
                // What a small site fits with one expert is like none of the several of a large one.
                guard mixture.sites[site].model.expertCount == 1, reference.expertCount > 1,
                    !reference.hasFixedExperts
                else { return divergence }
                return min(divergence, draws.divergence(to: singles[index]))
            }
            return (draws, values)
        }
        self.references = references
        draws = rows.map(\.draws)
        var values = Matrix(rowCount: count, columnCount: references.count)
        for (site, row) in rows.enumerated() {
            for (column, value) in row.values.enumerated() { values[site, column] = value }
        }
        self.values = values
    }
}

extension LocalMixture {
    /// The experts of a site as one: the regression of all of its rows.
    fileprivate func single(site: Int) -> MixtureModel {
        let groups = GreedyMerging.groups(
            members[site].filter { components[$0].expert.fixed == nil }.map { group($0) }, count: 1, design: design)
        return MixtureModel(design: design, family: family, ungated: groups.map { $0.expert(family, design) })
    }
}
