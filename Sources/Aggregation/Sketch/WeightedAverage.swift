import Foundation
import MixtureOfExperts
import Numerics

/// f̂^W itself as a predictor: all components of all local models (paper, section 2).
///
/// Nothing is lost to a reduction, so it is the best that one round can give; but it is as large as all local models, its
/// gates are no softmax, and its experts have no meaning beyond their sites.
package struct WeightedAverage: ConditionalMixture {
    package let design: Design
    /// In the user's units, site after site.
    package let experts: [Expert]
    private let problem: AggregationProblem

    /// - Throws: ``AggregationError`` where the models do not belong together.
    package init(
        _ contributions: [Contribution], siteWeights: AggregationOptions.SiteWeights = .density,
        largestShare: Double? = nil, parallelism: Parallelism = .serial
    ) throws(AggregationError) {
        let options = AggregationOptions(supportSize: 1, siteWeights: siteWeights, largestShare: largestShare)
        self.init(try AggregationProblem(contributions, options: options, parallelism: parallelism))
    }

    package init(_ problem: AggregationProblem) {
        self.problem = problem
        design = problem.mixture.design
        experts = problem.contributions.flatMap(\.fitted.model.experts)
    }

    package var family: any ExpertFamily { problem.mixture.family }

    package func gateProbabilities(_ covariates: Matrix) -> Matrix {
        problem.mixture.blockMasses(
            problem.standardisation.standardised(covariates),
            weights: [Double](repeating: 1, count: covariates.rowCount), .serial
        ).matrix
    }

    package func predictors(_ covariates: Matrix) -> Matrix {
        // Of the experts alone: the gates of this model are not those of f̂^W.
        MixtureModel(design: design, family: family, ungated: experts).predictors(covariates)
    }

    package func logJointDensities(_ covariates: Matrix, responses: [Double]) -> Matrix {
        var result = gateProbabilities(covariates)
        family.forEachLogDensity(
            experts, predictors: predictors(covariates), responses: responses
        ) { component, logDensities in
            for (row, value) in logDensities.enumerated() {
                result[row, component] = log(result[row, component]) + value
            }
        }
        return result
    }

    package func logDensities(_ covariates: Matrix, responses: [Double]) -> [Double] {
        let joint = logJointDensities(covariates, responses: responses)
        return (0..<joint.rowCount).map { Scalar.logSumExp(joint.row($0)) }
    }
}
