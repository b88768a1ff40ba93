import Foundation
import MixtureOfExperts
import Numerics

/// A fit is never below a smaller model that it contains.
///
/// Where starts lead to poor optima only, the smaller model with one of its experts split is one more start: the likelihood rises from
/// there.
extension LocalFit {
    /// - Parameters:
    ///   - best: of all starts.
    ///   - smaller: models with fewer experts, in the units of the rows.
    func atLeastAsGood(
        _ best: Refinement.Candidate, as smaller: [MixtureModel], _ rows: StandardisedRows, _ lasso: SlopeWeights?
    ) -> Refinement.Candidate {
        let refinement = refinement(rows, start: 0, parallelism: parallelism, lasso)
        let algorithm = refinement.algorithm
        return smaller.reduce(best) { best, model in
            guard model.regressionCount < best.model.regressionCount else { return best }
            let state = algorithm.state(model)
            let reached = state.statistics.logLikelihood - algorithm.penalty.lassoValue(model)
            guard best.penalisedLogLikelihood < reached - options.tolerance * refinement.weight else { return best }
            let weights = state.statistics.expertMoments.map(\.weight)
            let candidate = refinement.optimum(
                from: model.split(into: best.model.regressionCount, weights: weights),
                emIterations: Self.emIterationsBeforeNewton)
            return [best, candidate].min(by: Refinement.Candidate.isBetter) ?? best
        }
    }

    /// One expert without slopes, in the units of the rows.
    func modelWithoutSlopes(_ rows: StandardisedRows) -> MixtureModel {
        let part = someRows(rows)
        var refinement = Refinement(
            options: options, rows: part, weight: part.totalWeight, parallelism: parallelism)
        refinement.held.interceptOnly = [0]
        refinement.confirms = false
        return refinement.optimum(from: startWithoutSlopes(part), emIterations: Refinement.iterationsFromOptimum).model
    }

    /// One expert without slopes and those without parameters, as some rows say.
    func startWithoutSlopes(_ rows: ShardRows) -> MixtureModel {
        let expert = family.constantExpert(
            rows.ofRegressions(options.fixed, family), covariates: design.expertCovariates.count)
        return MixtureModel(design: design, family: family, ungated: [expert]).adding(options.fixed, rows)
    }
}

extension MixtureModel {
    /// The same densities, nearly, by more experts with parameters: the heaviest ones in two, their predictors a little apart.
    ///
    /// - Parameters:
    ///   - count: of those with parameters.
    ///   - weights: of the experts.
    func split(into count: Int, weights: [Double]) -> MixtureModel {
        let fixed = self.experts.indices.filter { self.experts[$0].fixed != nil }
        var experts = regressions.map { self.experts[$0] }
        var weights = regressions.map { weights[$0] }
        var gates = regressions.map { Array(gate.coefficients.column($0)) }
        while experts.count < count, let heaviest = weights.indices.max(by: { weights[$0] < weights[$1] }) {
            var second = experts[heaviest]
            for intercept in design.expertLayout.intercepts(second.coefficients.count) {
                second.coefficients[intercept] += Self.distance
                experts[heaviest].coefficients[intercept] -= Self.distance
            }
            experts.append(second)
            weights[heaviest] /= 2
            weights.append(weights[heaviest])
            gates[heaviest][0] -= log(2)
            gates.append(gates[heaviest])
        }
        return MixtureModel(
            design: design, family: family,
            gate: SoftmaxGate(
                coefficients: Matrix(columns: gates + fixed.map { Array(gate.coefficients.column($0)) })),
            experts: experts + fixed.map { self.experts[$0] })
    }

    /// Of two halves of an expert, in standard units.
    private static let distance = 0.01
}
