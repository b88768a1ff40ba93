import Foundation
import MixtureOfExperts
import Numerics

/// A fit is not below that of the family which its own becomes as dispersions go to 0, such as Poisson.
///
/// The two have their own starts, and optima: what the smaller one finds is one more start, at the largest dispersion at which the likelihood is
/// not below it.
extension LocalFit {
    private static let dispersions = [1, 0.1, 1e-2, 1e-3, 1e-4, 1e-6, 0]

    /// - Parameter best: of all starts.
    func atLeastAsGoodAsLimit(
        _ best: Refinement.Candidate, _ rows: StandardisedRows, _ lasso: ChosenLasso?, _ smaller: [MixtureModel]
    ) throws(EstimationError) -> Refinement.Candidate {
        guard let limit = family.limit else { return best }
        var options = options
        options.initialModels = options.initialModels.map { $0.member(of: limit, dispersion: 1) }
        var inner = lasso
        inner?.start = lasso?.start?.member(of: limit, dispersion: 1)
        let found = try LocalFit(design: design, family: limit, options: options, parallelism: parallelism)
            .best(rows, inner, smaller.map { $0.member(of: limit, dispersion: 1) }).candidate
        let refinement = refinement(rows, start: 0, parallelism: parallelism, lasso?.inner)
        guard best.penalisedLogLikelihood < found.penalisedLogLikelihood else { return best }
        let algorithm = refinement.algorithm
        let start = Self.dispersions.lazy
            .map { found.model.member(of: family, dispersion: max($0, family.dispersionFloor(0))) }
            .first { model in
                let state = algorithm.state(model)
                return state.statistics.logLikelihood - algorithm.penalty.lassoValue(model)
                    >= found.penalisedLogLikelihood
            }
        let candidate = refinement.optimum(
            from: start ?? found.model.member(of: family, dispersion: family.dispersionFloor(0)),
            emIterations: Self.emIterationsBeforeNewton)
        return [best, candidate].min(by: Refinement.Candidate.isBetter) ?? best
    }
}

extension MixtureModel {
    /// The same gate and coefficients in another family.
    fileprivate func member(of family: any ExpertFamily, dispersion: Double) -> MixtureModel {
        MixtureModel(
            design: design, family: family, gate: gate,
            experts: experts.map {
                Expert(
                    coefficients: $0.coefficients, dispersion: $0.fixed == nil ? dispersion : 1, fixed: $0.fixed)
            })
    }
}
