/// The standard errors of a mixture's parameters in the user's units, beside the parameters; nil where there is none: parameters that
/// are held, or that the rows do not determine.
package struct StandardErrors: Sendable, Equatable {
    /// Of each expert.
    package var coefficients: [[Double?]]
    /// Of each expert; nil also where the family has no dispersion.
    package var logDispersions: [Double?]
    /// Of each gate but the last, the intercept first.
    package var gates: [[Double?]]
}

extension FittedMixture {
    /// nil where nothing is known of the errors.
    package var standardErrors: StandardErrors? {
        guard let errors = errors?.shifted(by: center.map { -$0 }, of: model) else { return nil }
        let layout = model.design.gateLayout
        return StandardErrors(
            coefficients: zip(model.experts, errors.experts).map { expert, own in
                expert.coefficients.indices.map(own.standardError)
            },
            logDispersions: zip(model.experts, errors.experts).map { expert, own in
                own.count > expert.coefficients.count ? own.standardError(expert.coefficients.count) : nil
            },
            gates: (0..<model.expertCount - 1).map { gate in
                layout.coefficients(of: gate).map(errors.gate.standardError)
            })
    }
}
