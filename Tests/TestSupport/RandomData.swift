import Foundation
import MixtureOfExperts
import Numerics

/// Seeded data for tests.
package enum RandomData {
    /// Standard normal elements.
    package static func matrix(_ rowCount: Int, _ columnCount: Int, using random: inout RandomNumbers) -> Matrix {
        Matrix(
            rowCount: rowCount, columnCount: columnCount,
            storage: (0..<rowCount * columnCount).map { _ in random.normal() })
    }

    package static func vector(_ count: Int, using random: inout RandomNumbers) -> [Double] {
        (0..<count).map { _ in random.normal() }
    }

    /// Well conditioned, symmetric, positive definite.
    package static func positiveDefinite(_ size: Int, using random: inout RandomNumbers) -> Matrix {
        let root = matrix(size, 2 * size + 2, using: &random)
        return root * root.transposed()
    }

    package static func design(_ covariateCount: Int, expert: [Int]? = nil, gate: [Int]? = nil) -> Design {
        Design(
            target: "y", covariates: (1..<covariateCount + 1).map { "x\($0)" }, expertCovariates: expert,
            gateCovariates: gate)
    }

    /// Coefficients of order 1, variances between 0.5 and 1.5.
    package static func model(
        _ design: Design, experts: Int, family: any ExpertFamily = GaussianFamily(), using random: inout RandomNumbers
    ) -> MixtureModel {
        let gate = matrix(design.gateCovariates.count + 1, experts, using: &random)
        return MixtureModel(
            design: design, family: family, gate: SoftmaxGate(coefficients: gate),
            experts: (0..<experts).map { _ in
                Expert(
                    coefficients: vector(design.expertCovariates.count + 1, using: &random),
                    dispersion: 0.5 + random.uniform())
            })
    }

    /// Standard normal covariates, responses drawn from the model.
    package static func rows(
        _ model: MixtureModel, count: Int, weights: [Double]? = nil, using random: inout RandomNumbers
    ) -> ShardRows {
        let covariates = matrix(count, model.design.covariateCount, using: &random)
        return ShardRows(
            covariates: covariates, responses: model.sample(covariates, using: &random), weights: weights)
    }

    /// Two well separated experts on two covariates: every sensible start leads to one optimum.
    package static let easyModel = MixtureModel(
        design: design(2),
        gate: SoftmaxGate(coefficients: Matrix(columns: [[0.4, 1.5, -0.5], [0, 0, 0]])),
        experts: [
            Expert(coefficients: [3, 2, -1], dispersion: 0.25), Expert(coefficients: [-4, -1, 1.5], dispersion: 0.5),
        ])

    package static func easyRows(_ count: Int, seed: UInt64, weights: [Double]? = nil) -> ShardRows {
        var random = RandomNumbers(seed: seed)
        return rows(easyModel, count: count, weights: weights, using: &random)
    }
}

extension ShardRows {
    /// The same rows with other weights.
    package func weighted(_ weights: [Double]?) -> ShardRows {
        ShardRows(covariates: covariates, responses: responses, weights: weights)
    }
}
