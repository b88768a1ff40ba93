import Numerics

/// How sure the estimates of a mixture are: the covariances of the parameters of each expert and of the gate.
///
/// Intercepts are taken where covariates have their mean, ``FittedMixture/center``, which spares the covariances what intercepts at 0 and
/// slopes of a far column, such as a year, have in common.
package struct ParameterUncertainty: Sendable, Equatable {
    /// How they were found.
    package enum Source: String, Sendable, Codable, CaseIterable {
        /// The inverse of the observed information (Louis 1982).
        case observed
        /// H⁻¹ (Σ s s') H⁻¹, H the observed information and s the scores of the rows (White 1982).
        case sandwich
        /// Combined from those of local models.
        case aggregated
        /// Of local models whose parameters were drawn anew from theirs.
        case simulated
        /// From what changes without each site in turn: also for other sites like these.
        case sites
        /// The inverse of the negative Hessian of the log posterior at its mode: of a model adapted to a site.
        case posterior
    }

    package var source: Source
    /// Of each expert: coefficients, predictor after predictor, and log dispersion where the family has one.
    package var experts: [ParameterCovariance]
    /// Of the coefficients of all gates but the last, gate after gate.
    package var gate: ParameterCovariance

    package init(source: Source, experts: [ParameterCovariance], gate: ParameterCovariance) {
        self.source = source
        self.experts = experts
        self.gate = gate
    }

    /// Of the estimates from the same rows with all weights multiplied by `factor`.
    ///
    /// The sandwich takes weights for probabilities of
    /// being drawn, and their unit does not matter.
    func scaled(by factor: Double) -> ParameterUncertainty {
        guard source != .sandwich, factor != 1 else { return self }
        let ratio = 1 / factor.squareRoot()
        func scaled(_ block: ParameterCovariance) -> ParameterCovariance {
            block.scaled(by: [Double](repeating: ratio, count: block.count))
        }
        return ParameterUncertainty(source: source, experts: experts.map(scaled), gate: scaled(gate))
    }

    /// Of the experts in another order: new expert k is old expert `order[k]`.
    ///
    /// Gates are against the last expert: a new gate is
    /// the difference of two old ones.
    func reordered(_ order: [Int]) -> ParameterUncertainty {
        let gates = order.count - 1
        guard gates > 0, order != Array(order.indices) else { return self }
        let layout = CoefficientLayout(regressors: gate.count / gates)
        var map = Matrix(rowCount: gate.count, columnCount: gate.count)
        for new in 0..<gates {
            for (row, index) in layout.coefficients(of: new).enumerated() {
                if order[new] < gates { map[index, layout.intercept(of: order[new]) + row] += 1 }
                if order[gates] < gates { map[index, layout.intercept(of: order[gates]) + row] -= 1 }
            }
        }
        return ParameterUncertainty(source: source, experts: order.map { experts[$0] }, gate: gate.mapped(by: map))
    }

    /// Of a model whose covariates stand in the order of another design.
    ///
    /// - Parameters:
    ///   - coefficients: where the experts of the old model have the coefficients of the new one.
    ///   - regressors: the same for the regressors of a gate.
    func permuted(coefficients: [Int], regressors: [Int]) -> ParameterUncertainty {
        let gates = regressors.isEmpty ? 0 : gate.count / regressors.count
        return ParameterUncertainty(
            source: source,
            experts: experts.map { $0.permuted(coefficients + Array(coefficients.count..<$0.count)) },
            gate: gate.permuted((0..<gates).flatMap { gate in regressors.map { gate * regressors.count + $0 } }))
    }

    /// With the intercepts of a model taken `offset` from where they are.
    ///
    /// - Parameter offset: one number for each covariate of the design.
    package func shifted(by offset: [Double], of model: MixtureModel) -> ParameterUncertainty {
        let design = model.design
        return ParameterUncertainty(
            source: source,
            experts: experts.map {
                $0.shifted(by: design.expertCovariates.map { offset[$0] }, predictors: model.family.predictorCount)
            },
            gate: gate.shifted(by: design.gateCovariates.map { offset[$0] }, predictors: model.expertCount - 1))
    }

    /// Rounded to what a file holds, so that a model that was read is the model that was written; of a gate with more than
    /// ``mostGateParameters`` parameters without its correlations.
    package var released: ParameterUncertainty {
        ParameterUncertainty(
            source: source, experts: experts.map(\.rounded),
            gate: (gate.count > Self.mostGateParameters ? gate.withoutCorrelations : gate).rounded)
    }

    /// Beyond these the correlations of the gate would be most of a model file: they take 100 kB here.
    package static let mostGateParameters = 128
}
