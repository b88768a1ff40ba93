import LinearAlgebra
import MixtureOfExperts

/// What a model says of rows that it has not seen.
public struct Prediction: Sendable {
    /// π_k(x); rows x K.
    public let gates: Matrix
    /// Means of the experts; rows x K.
    public let expertMeans: Matrix
    private let model: MixtureModel
    private let predictors: Matrix

    /// - Parameter covariates: rows x the model's covariates, in the user's units.
    public init(_ model: MixtureModel, covariates: Matrix) {
        self.model = model
        gates = model.gateProbabilities(covariates)
        predictors = model.predictors(covariates)
        var means = predictors
        for index in means.storage.indices { means.storage[index] = model.family.mean(predictor: means.storage[index]) }
        expertMeans = means
    }

    public var rowCount: Int { gates.rowCount }

    public func distribution(_ row: Int) -> GaussianMixtureDistribution {
        GaussianMixtureDistribution(
            weights: gates.row(row), means: expertMeans.row(row),
            deviations: model.experts.indices.map { expert in
                model.family.variance(
                    predictor: predictors[row, expert], dispersion: model.experts[expert].dispersion
                ).squareRoot()
            })
    }

    /// The expert with the largest gate probability.
    public func mostProbableExpert(_ row: Int) -> Int {
        gates.row(row).indices.max { gates[row, $0] < gates[row, $1] } ?? 0
    }
}

extension MixtureModel {
    /// log f(y | x) and the posterior of each expert, τ_k = π_k φ_k / f.
    public func posteriors(
        _ covariates: Matrix, responses: [Double]
    ) -> (logDensities: [Double], posteriors: Matrix) {
        var joint = logJointDensities(covariates, responses: responses)
        var logDensities = [Double]()
        for row in 0..<joint.rowCount {
            var values = joint.row(row)
            logDensities.append(Scalar.softmax(&values))
            for (expert, value) in values.enumerated() { joint[row, expert] = value }
        }
        return (logDensities, joint)
    }
}
