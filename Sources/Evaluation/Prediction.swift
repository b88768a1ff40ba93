import LinearAlgebra
import MixtureOfExperts

/// What a mixture says of rows that it has not seen.
public struct Prediction: Sendable {
    /// π_k(x); rows x K.
    public let gates: Matrix
    /// Means of the experts; rows x K.
    public let expertMeans: Matrix
    private let family: any ExpertFamily
    private let dispersions: [Double]
    private let predictors: Matrix

    /// - Parameter covariates: rows x the mixture's covariates, in its units.
    public init(_ mixture: some ConditionalMixture, covariates: Matrix) {
        let family = mixture.family
        self.family = family
        dispersions = mixture.experts.map(\.dispersion)
        gates = mixture.gateProbabilities(covariates)
        predictors = mixture.predictors(covariates)
        var means = predictors
        for index in means.storage.indices { means.storage[index] = family.mean(predictor: means.storage[index]) }
        expertMeans = means
    }

    public var rowCount: Int { gates.rowCount }

    public func distribution(_ row: Int) -> GaussianMixtureDistribution {
        GaussianMixtureDistribution(
            weights: gates.row(row), means: expertMeans.row(row),
            deviations: dispersions.enumerated().map { expert, dispersion in
                family.variance(predictor: predictors[row, expert], dispersion: dispersion).squareRoot()
            })
    }

    /// The expert with the largest gate probability.
    public func mostProbableExpert(_ row: Int) -> Int {
        gates.row(row).indices.max { gates[row, $0] < gates[row, $1] } ?? 0
    }
}
