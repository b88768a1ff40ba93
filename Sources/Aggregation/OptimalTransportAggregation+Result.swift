import Estimation
import LinearAlgebra
import MixtureOfExperts

/// The chosen candidate as a global model, and what to say about it.
extension OptimalTransportAggregation {
    /// Of the support's points; below it the report warns.
    private static let leastEffectiveShare = 0.1

    func result(
        _ candidate: Reduction.Candidate, _ builder: Reduction, _ contributions: [Contribution],
        _ standardisation: Standardisation
    ) -> (mixture: FittedMixture, order: [Int]) {
        let moments = builder.pooledMoments(candidate.labels, count: candidate.model.expertCount)
        let order = moments.indices.sorted { (moments[$0].weight, $1) > (moments[$1].weight, $0) }
        let fitted = FittedMixture(
            model: standardisation.inUserUnits(candidate.model.reordered(order)),
            moments: order.map { standardisation.inUserUnits(moments[$0]) },
            rowCount: contributions.reduce(0) { $0 + $1.fitted.rowCount },
            weight: contributions.reduce(0) { $0 + $1.fitted.weight })
        return (fitted, order)
    }

    func sites(
        _ contributions: [Contribution], _ mixture: LocalMixture, _ candidate: Reduction.Candidate, order: [Int]
    ) -> [AggregationReport.Site] {
        let total = contributions.reduce(0) { $0 + $1.fitted.weight }
        return contributions.enumerated().map { site, contribution in
            let labels = mixture.members[site].map { order.firstIndex(of: candidate.labels[$0]) ?? 0 }
            return AggregationReport.Site(
                name: contribution.name, rows: contribution.fitted.rowCount,
                weight: contribution.fitted.weight / total, labels: labels)
        }
    }

    func warnings(
        _ contributions: [Contribution], _ reduction: TransportReduction, _ candidate: Reduction.Candidate,
        _ support: SupportSample
    ) -> [String] {
        var result = [String]()
        for (previous, next) in zip(contributions, contributions.dropFirst()) where previous.fitted == next.fitted {
            result.append(
                "\(previous.name) and \(next.name) are the same local model: it counts twice; give each site once")
        }
        if !reduction.converged {
            result.append("the reduction did not converge in \(options.maxIterations) iterations")
        }
        let share = support.effectivePoints / Double(support.weights.count)
        if share < Self.leastEffectiveShare {
            result.append(
                "the support speaks for few of the sites' rows: \(Int(support.effectivePoints)) of "
                    + "\(support.weights.count) points carry the weight; give covariates of more sites")
        }
        let expertCount = candidate.model.expertCount
        let empty = (0..<expertCount).filter { !candidate.labels.contains($0) }
        if !empty.isEmpty {
            result.append(
                "\(empty.count) of \(expertCount) global experts stand for no local expert: fewer would do")
        }
        return result
    }
}
