import Foundation
import MixtureOfExperts
import Numerics

/// Experts whose weighted fit is not closed, in a step of the coordinator.
extension GeneralisedEMRound {
    /// What a step does to an expert, and what its quadratic model promises of it.
    struct ExpertStep {
        var expert: Expert
        var gain: Double
    }

    var isClosedForm: Bool { model.family is any ClosedFormFamily }

    /// The prior that the mixture has, once for all sites, in standard units.
    var prior: SlopePrior? { global.prior.map { standardisation.standardised($0, design) } }

    func penalty(weight: Double) -> Penalty { Penalty(options, weight: weight, prior: prior) }

    // MARK: Sums

    /// The sums of a site as they are of all coefficients: a covariate whose slope it withholds is constant at the mean that it has at
    /// other sites, so that nothing is said of the slope.
    func filled(_ sites: [RoundStatistics]) -> [[CoefficientSums]] {
        guard !isClosedForm else { return sites.map { _ in [] } }
        let layout = design.expertLayout
        var result = sites.map(\.coefficients)
        for expert in global.model.experts.indices {
            for position in result[0][expert].score.indices {
                guard let covariate = layout.covariate(position) else { continue }
                let intercept = layout.intercept(of: layout.predictor(position))
                let without = result.indices.filter {
                    let own = sites[$0].coefficients[expert]
                    return !own.hasInformation(position) && own.hasInformation(intercept)
                }
                guard !without.isEmpty else { continue }
                let column = design.expertCovariates[covariate]
                let others = Moments.sum(
                    sites.lazy.filter { $0.coefficients[expert].hasInformation(position) }.map { $0.moments[expert] },
                    count: design.covariateCount + 1)
                let mean =
                    others.weight > 0 ? standardisation.standardised(value: others.mean[column], column: column) : 0
                for site in without {
                    result[site][expert] = result[site][expert].filled(position, value: mean, layout)
                }
            }
        }
        return result
    }

    /// Coefficients that stay as they are: no site releases them, or sites alone whose rows have one value of the covariate.
    ///
    /// With the values that withheld covariates are filled with these would leave a division by rounding.
    ///
    /// - Parameter merged: the sums of all sites, filled.
    func held(_ expert: Int, _ sites: [RoundStatistics], _ merged: [CoefficientSums]) -> Set<Int> {
        guard !isClosedForm else { return [] }
        let layout = design.expertLayout
        let information = merged[expert].information
        return Set(
            merged[expert].score.indices.filter { position in
                guard sites.contains(where: { $0.coefficients[expert].hasInformation(position) }) else { return true }
                let intercept = layout.intercept(of: layout.predictor(position))
                guard position != intercept, information[intercept, intercept] > 0 else { return false }
                let mean = information[position, intercept] / information[intercept, intercept]
                let left = information[position, position] - mean * information[position, intercept]
                return left <= Self.leastVariance * information[intercept, intercept]
            })
    }

    /// Of a covariate among the rows of an expert, in standard units: what rounding may leave of none.
    private static let leastVariance = 1e-8

    // MARK: Steps

    /// One Newton step on the expected complete-data log-likelihood, no longer than ``StepBound`` lets it be.
    func step(
        _ index: Int, _ sums: CoefficientSums, held: Set<Int>, over rows: Moments, _ penalty: Penalty
    ) -> ExpertStep {
        let current = model.experts[index]
        var result = ExpertStep(expert: current, gain: 0)
        guard sums.isReleased else { return result }
        let (gradient, information) = newtonEquations(index, sums, held: held, penalty)
        let direction = solvePositiveSemidefinite(information, gradient)
        let length = StepBound.length(reach: reach(of: direction, over: rows, sums))
        for position in direction.indices { result.expert.coefficients[position] += length * direction[position] }
        result.gain = length * (1 - 0.5 * length) * dot(gradient, direction)
        if model.family.hasDispersion {
            let (score, curvature) = (sums.dispersionScore, sums.dispersionInformation)
            let whole = curvature > 0 ? score / curvature : score.sign == .minus ? -1 : 1
            let step =
                score == 0
                ? 0 : min(max(whole, -ExpertNewton.longestDispersionStep), ExpertNewton.longestDispersionStep)
            result.expert.dispersion = max(
                current.dispersion * exp(step), model.family.dispersionFloor(options.varianceFloor))
            result.gain += max(0, step * (score - 0.5 * max(curvature, 0) * step))
        }
        return result
    }

    /// Of an expert, with ridge and prior.
    func gradient(_ index: Int, _ sums: CoefficientSums, _ penalty: Penalty) -> [Double] {
        let coefficients = model.experts[index].coefficients
        let ridge = penalty.expertRidge(model.family)
        let gradient = zip(sums.score, coefficients).map { $0 - ridge * $1 }
        return penalty.prior.map { zip(gradient, $0.gradient(index, coefficients)).map(-) } ?? gradient
    }

    /// Gradient and information of an expert with ridge and prior; what is held has no gradient.
    func newtonEquations(
        _ index: Int, _ sums: CoefficientSums, held: Set<Int>, _ penalty: Penalty
    ) -> (gradient: [Double], information: Matrix) {
        let coefficients = model.experts[index].coefficients
        var gradient = gradient(index, sums, penalty)
        var information = sums.information.matrix()
        information.addToDiagonal(
            [Double](repeating: penalty.expertRidge(model.family), count: coefficients.count))
        if let prior = penalty.prior { information.addToDiagonal(prior.curvature(index, coefficients)) }
        for position in held {
            gradient[position] = 0
            for other in gradient.indices {
                information[position, other] = 0
                information[other, position] = 0
            }
            information[position, position] = 1
        }
        return (gradient, information)
    }
}
