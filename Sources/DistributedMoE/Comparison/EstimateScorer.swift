import Evaluation
import MixtureOfExperts
import Numerics

/// What estimates are scored on: test rows, the models that they should be near to, and the true groups where known.
struct EstimateScorer: Sendable {
    let rows: ShardRows
    let groups: [Int]?
    let pooled: MixtureModel?
    let truth: MixtureModel?
    let mixture: any ConditionalMixture
    let parallelism: Parallelism

    /// Divergences are exact transportation problems, point by point: some of the test rows suffice.
    private static let points = 500

    private var points: Matrix {
        let count = min(Self.points, rows.rowCount)
        return rows.covariates.rows((0..<count).map { $0 * rows.rowCount / count })
    }

    func score(_ estimate: inout Estimate) {
        guard let model = estimate.model else { return }
        let points = points
        func divergence(from reference: any ConditionalMixture) -> Double? {
            let value = transportDivergence(from: reference, to: model, at: points, parallelism: parallelism)
            return value.isFinite ? value : nil
        }
        estimate.experts = model.experts.count
        estimate.scores = Scores(model, on: rows, parallelism: parallelism)
        estimate.divergence.mixture = estimate.method == EstimationMethod.mixture.name ? 0 : divergence(from: mixture)
        estimate.divergence.pooled = pooled.flatMap { divergence(from: $0) }
        estimate.divergence.truth = truth.flatMap { divergence(from: $0) }
        if let truth, let own = model as? MixtureModel {
            estimate.parameterError = ParameterError(own, reference: truth, at: points)
        }
        // The components of f̂^W are not groups of rows, but one or several a site for each.
        if let groups, estimate.method != EstimationMethod.mixture.name {
            let experts = model.mostProbableExperts(rows, parallelism: parallelism)
            estimate.randIndex = randIndex(groups, experts)
            estimate.adjustedRandIndex = adjustedRandIndex(groups, experts)
            estimate.clusteringError = clusteringError(groups, experts)
        }
    }
}
