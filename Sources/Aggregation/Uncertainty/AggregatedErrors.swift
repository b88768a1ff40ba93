import MixtureOfExperts

/// How the standard errors of a reduced mixture follow from those of the local models.
package enum ErrorSource: Sendable, Equatable {
    /// Those of the sums of the local statistics and of a gate from targets by label, with the labels held.
    ///
    /// To first order also those of other ways: each of them is a weighted sum of the same estimates, and none has a formula of its own.
    case statistics
    /// Those of one site, from 0 in the order of the problem.
    case site(Int)
}

extension AggregationProblem {
    /// The errors of a reduced mixture in pooled standard units, intercepts where covariates are 0, as the options say; nil where they are not
    /// known, or not of every local model.
    func errors(of reduced: ReducedMixture) -> ParameterUncertainty? {
        let first = errorsByFormula(of: reduced)
        guard let first, options.errors != .model, let rebuilt = RebuiltMixture(reduced, self) else { return first }
        let other =
            options.errors == .sites
            ? SiteJackknife(problem: self, rebuilt: rebuilt).errors(first)
            : SimulatedErrors(problem: self, rebuilt: rebuilt).errors(first)
        return other ?? first
    }

    private func errorsByFormula(of reduced: ReducedMixture) -> ParameterUncertainty? {
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
