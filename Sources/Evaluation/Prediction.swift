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
        let all = predictors
        expertMeans = Matrix(
            columns: mixture.experts.indices.map { expert in
                (0..<all.rowCount).map { family.mean(all.predictors(of: expert, family, row: $0)) }
            })
    }

    public var rowCount: Int { gates.rowCount }

    public func distribution(_ row: Int) -> GaussianMixtureDistribution {
        GaussianMixtureDistribution(
            weights: gates.row(row), means: expertMeans.row(row),
            deviations: dispersions.enumerated().map { expert, dispersion in
                family.variance(predictors.predictors(of: expert, family, row: row), dispersion: dispersion)
                    .squareRoot()
            })
    }

    /// The expert with the largest gate probability.
    public func mostProbableExpert(_ row: Int) -> Int {
        gates.row(row).indices.max { gates[row, $0] < gates[row, $1] } ?? 0
    }
}

extension Matrix {
    /// The linear predictors of one expert at a row, of a matrix rows x (experts · predictors).
    fileprivate func predictors(of expert: Int, _ family: any ExpertFamily, row: Int) -> [Double] {
        (0..<family.predictorCount).map { self[row, expert * family.predictorCount + $0] }
    }
}
