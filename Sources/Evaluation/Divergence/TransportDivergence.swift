import MixtureOfExperts
import Numerics

/// The transportation divergence of two conditional mixtures (paper, section 3), averaged over points.
///
/// At each x it is the cost of the optimal transport between the components of `source`, which send their gates, and those of
/// `target`, which receive theirs: min_P Σ_lk P_lk KL(φ_l(· | x) ‖ φ_k(· | x)), both marginals of P fixed. 0 for the same
/// mixture, its components in any order; not symmetric; in nats, whatever the unit of the response. Exact at each point, and the same
/// bits for any number of threads.
///
/// - Parameters:
///   - points: at least one; points x covariates, of the same design and units in both mixtures.
package func transportDivergence(
    from source: some ConditionalMixture, to target: some ConditionalMixture, at points: Matrix,
    parallelism: Parallelism = .serial
) -> Double {
    precondition(points.rowCount > 0, "an average needs a point")
    let partSize = 2 * RowBlock.capacity
    let sum = parallelism.reduce(count: (points.rowCount + partSize - 1) / partSize, into: 0.0) { part in
        let range = part * partSize..<min((part + 1) * partSize, points.rowCount)
        return transportCosts(from: source, to: target, at: points.rows(Array(range))).reduce(0, +)
    } merge: {
        $0 += $1
    }
    return sum / Double(points.rowCount)
}

/// One value per point.
private func transportCosts(
    from source: some ConditionalMixture, to target: some ConditionalMixture, at points: Matrix
) -> [Double] {
    let divergences = ComponentDivergences(from: source, to: target, at: points)
    let (masses, wanted) = (source.gateProbabilities(points), target.gateProbabilities(points))
    // The solver is made for few sinks; the cost is the same whoever sends.
    let turned = wanted.columnCount > masses.columnCount
    return (0..<points.rowCount).map { point in
        let costs = divergences.matrix(point)
        let (own, others) = (masses.row(point), wanted.row(point))
        return turned
            ? TransportationPlan(costs: costs.transposed(), sources: others, sinks: own).cost
            : TransportationPlan(costs: costs, sources: own, sinks: others).cost
    }
}
