import MixtureOfExperts

/// How sure the estimates of a fit are.
extension LocalFit {
    /// The errors of what is released, in the units of the rows, and what to say where there are none.
    ///
    /// Coefficients that were held, and columns that are withheld from the gate, count as known: the fit is the maximum in the others.
    func errors(
        _ method: StandardErrorMethod, of fitted: FittedMixture, _ rows: StandardisedRows, _ disclosure: Disclosure,
        held: HeldCoefficients
    ) -> (released: ParameterUncertainty?, warnings: [FitWarning]) {
        // Of slopes that a lasso shrank and chose there is no covariance that would say how sure they are.
        guard method != .none, fitted.selection == nil else { return (nil, []) }
        let model = fitted.model
        let parameters = ParameterLayout(model, dispersionFloor: options.varianceFloor, held: held)
        let estimate = ErrorEstimate(
            method: method, rows: rows, model: model, parameters: parameters,
            held: heldGates(model, parameters, rows, disclosure), prior: fitted.prior, parallelism: parallelism)
        switch estimate.outcome() {
        case .errors(let errors):
            let names = undetermined(errors)
            return (
                errors.shifted(by: fitted.center, of: model),
                names.isEmpty ? [] : [.undeterminedStandardErrors(columns: names)]
            )
        case .noMaximum: return (nil, [.noStandardErrorsOffMaximum])
        case .tooManyParameters:
            return (
                nil,
                [
                    .noStandardErrorsOfSoManyParameters(
                        parameters: parameters.count, maximum: ErrorEstimate.mostParameters)
                ]
            )
        }
    }

    private func heldGates(
        _ model: MixtureModel, _ parameters: ParameterLayout, _ rows: StandardisedRows, _ disclosure: Disclosure
    ) -> Set<Int> {
        guard model.expertCount > 1 else { return [] }
        let rare = disclosure.rareGateCovariates(
            of: model, rows, rows, constants: rows.standardisation.constantColumns, parallelism)
        return Set(
            rare.flatMap { index in
                (0..<parameters.gateCount).map { model.design.gateLayout.slope(index, of: $0) }
            })
    }

    /// The names of columns with coefficients that the rows do not determine.
    private func undetermined(_ errors: ParameterUncertainty) -> [String] {
        func names(_ block: ParameterCovariance, _ features: [String]) -> [String] {
            let layout = CoefficientLayout(regressors: features.count + 1)
            // A log dispersion follows the coefficients.
            let coefficients = layout.intercept(of: layout.predictorCount(block.count))
            return block.undetermined.filter { $0 < coefficients }.map {
                layout.covariate($0).map { features[$0] } ?? "(intercept)"
            }
        }
        let found = Set(
            errors.experts.flatMap { names($0, design.expertFeatures) } + names(errors.gate, design.gateFeatures))
        return (["(intercept)"] + design.covariates).filter(found.contains)
    }
}
