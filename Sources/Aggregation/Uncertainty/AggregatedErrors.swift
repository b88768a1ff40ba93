import MixtureOfExperts

/// How the standard errors of a reduced mixture follow from those of the local models.
package enum ErrorSource: Sendable, Equatable {
    /// Those of sums over the sites.
    case statistics
    /// Those of one site, from 0 in the order of the problem.
    case site(Int)
}

extension AggregationProblem {
    /// Standard errors, and why they are not those that were asked for.
    struct FoundErrors {
        var errors: ParameterUncertainty?
        var obstacle: StandardErrorObstacle?
    }

    /// The standard errors of a reduced mixture in pooled standard units, intercepts where covariates are 0, as the options say.
    func errors(of reduced: ReducedMixture) -> FoundErrors {
        let first = errorsByFormula(of: reduced)
        // The weights of the local estimates are others where experts are not made of the sums of their statistics.
        let formula = reduced.chosen.hasFormula ? first : nil
        do throws(StandardErrorObstacle) {
            guard options.errors != .model else {
                if first != nil, formula == nil { throw .noFormula }
                return FoundErrors(errors: formula)
            }
            let rebuilt = try RebuiltMixture(reduced)
            guard let first else { throw .localModels }
            let labels = reduced.labels
            return FoundErrors(
                errors: options.errors == .sites
                    ? try SiteJackknife(problem: self, reduced: reduced, rebuilt: rebuilt).errors(first)
                    : try SimulatedErrors(problem: self, labels: labels, rebuilt: rebuilt).errors(first))
        } catch { return FoundErrors(errors: formula, obstacle: error) }
    }

    /// Of experts from the sums of the statistics and a gate from targets by label, labels held; nil where they are not known of every
    /// local model.
    func errorsByFormula(of reduced: ReducedMixture) -> ParameterUncertainty? {
        let sites = mixture.sites
        switch reduced.errors {
        case .site(let site): return sites[site].errors?.atZero(of: sites[site])
        case .statistics:
            let local = sites.compactMap { site in site.errors.map { $0.atZero(of: site) } }
            guard local.count == sites.count else { return nil }
            let weights = RobustExperts(
                mixture, reduced.labels, dispersionFloor: Self.dispersionFloor, parallelism
            ).weights(count: reduced.model.expertCount)
            let experts = ExpertErrors(
                mixture: mixture, model: reduced.model, labels: reduced.labels, weights: weights,
                parallelism: parallelism
            ).covariances(local.flatMap(\.experts))
            return ParameterUncertainty(source: .aggregated, experts: experts, gate: gateErrors(reduced, local))
        }
    }

    private func gateErrors(_ reduced: ReducedMixture, _ local: [ParameterUncertainty]) -> ParameterCovariance {
        let gates = local.compactMap(\.gate.matrix)
        let size = (reduced.model.expertCount - 1) * mixture.design.gatePositions.count
        guard gates.count == local.count else {
            return ParameterCovariance(
                standardErrors: [Double](repeating: 0, count: size), correlations: nil, undetermined: Array(0..<size))
        }
        let filled = [1] + mixture.design.gateCovariates.map(mixture.spreadOfAllOverReleased)
        return GateErrors(
            mixture: mixture, problem: transport, model: reduced.model, labels: reduced.labels, parallelism: parallelism
        ).covariance(gates).scaled(by: (0..<size).map { filled[mixture.design.gateLayout.regressor($0)] })
    }
}

extension ParameterUncertainty {
    /// With intercepts where covariates are 0, not at the center of the mixture.
    fileprivate func atZero(of fitted: FittedMixture) -> ParameterUncertainty {
        shifted(by: fitted.center.map { -$0 }, of: fitted.model)
    }
}

extension GlobalConstruction {
    /// Whether the formulas are those of this way of building the model, to first order; of one site they are its own.
    ///
    /// A fit to draws, and one to means on the support with weights by density, weight an estimate by the Gram of its rows in the sketch, as sums of
    /// statistics do. Constant site weights have the support of all sites, and averages count rows.
    fileprivate var hasFormula: Bool {
        switch self {
        case .gate, .localModel, .distillation, .support(_, siteWeights: .density): true
        case .support(_, siteWeights: .constant), .alignedAverage, .average, .greedyMerging: false
        }
    }
}
