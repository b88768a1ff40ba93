import Numerics

/// The weighted mean of the parameters after the experts of every site were assigned to those of a reference, the medoid: one
/// to one, at the least sum of expected divergences on the support.
package struct AlignedAverageAggregator: Aggregator {
    package init() {}

    package var name: String { "aligned" }
    package var title: String { "aligned average of parameters" }

    /// An assignment compares sums of costs: none of them may be infinite.
    private static func bounded(_ divergence: Double) -> Double { divergence <= 1e100 ? divergence : 1e100 }

    package func reduce(_ problem: AggregationProblem) throws(AggregationError) -> ReducedMixture {
        try problem.requireEqualExpertCounts(method: name)
        let mixture = problem.mixture
        let reference = SiteDivergences(problem).medoid(weights: mixture.sites.map(\.weight))
        let experts = mixture.sites[reference].model.experts
        let divergences = problem.transport.expectedDivergences(to: experts)
        let aligned = mixture.members.enumerated().map { site, members in
            let costs = Matrix(
                rowCount: experts.count, columnCount: experts.count,
                // Column by column: the local experts of one global expert.
                storage: experts.indices.flatMap { expert in
                    members.map { Self.bounded(divergences[$0 * experts.count + expert]) }
                })
            let assigned = LinearAssignment(costs).columns
            let order = experts.indices.map { expert in assigned.firstIndex(of: expert) ?? expert }
            return mixture.sites[site].model.reordered(order)
        }
        return .average(aligned, problem, chosen: .alignedAverage(site: problem.names[reference]))
    }
}
