extension MixtureModel {
    /// The same model with the covariates in the order of another design; nil where the two do not use the same ones.
    package func arranged(as other: Design) -> MixtureModel? {
        guard design.target == other.target, Set(design.expertFeatures) == Set(other.expertFeatures),
            Set(design.gateFeatures) == Set(other.gateFeatures), design.covariates.count == other.covariates.count,
            design.offsetFeature == other.offsetFeature
        else { return nil }
        if design == other { return self }
        let gates = gateOrder(in: other)
        let order = coefficientOrder(in: other)
        return MixtureModel(
            design: other, family: family, gate: SoftmaxGate(coefficients: gate.coefficients.rows(gates)),
            experts: experts.map { expert in
                Expert(
                    coefficients: order.map { expert.coefficients[$0] }, dispersion: expert.dispersion,
                    fixed: expert.fixed)
            })
    }

    /// Where this model has the regressors of the gate of a design with the same covariates.
    func gateOrder(in other: Design) -> [Int] {
        [0] + positions(of: other.gateFeatures, in: design.gateFeatures).map { $0 + 1 }
    }

    /// Where this model has the expert coefficients of a design with the same covariates.
    func coefficientOrder(in other: Design) -> [Int] {
        let regressors = [0] + positions(of: other.expertFeatures, in: design.expertFeatures).map { $0 + 1 }
        return (0..<family.predictorCount).flatMap { predictor in
            regressors.map { design.expertLayout.intercept(of: predictor) + $0 }
        }
    }
}

extension Design {
    /// Where another design has the covariates of this one.
    func positions(of other: Design) -> [Int] {
        MixtureOfExperts.positions(of: covariates, in: other.covariates)
    }
}

private func positions(of wanted: [String], in names: [String]) -> [Int] {
    wanted.compactMap { names.firstIndex(of: $0) }
}
