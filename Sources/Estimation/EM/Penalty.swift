import MixtureOfExperts

/// What is taken from the log-likelihood: ½ ridge |α|² of the gate, and of experts whose fit is not closed; a lasso, where
/// one is asked for; and a prior on slopes that have no finite maximum.
///
/// Gates of separable regions, and experts of a class or count that no row shows, have no finite maximum. Closed fits have one,
/// and no penalty.
struct Penalty: Sendable {
    /// On the sum over rows.
    let gateRidge: Double
    private let openRidge: Double
    /// On the sum over rows.
    let lasso: SlopeWeights?
    /// Of slopes that have no finite maximum.
    let prior: SlopePrior?

    static let none = Penalty(gateRidge: 0, openRidge: 0, lasso: nil)

    private init(gateRidge: Double, openRidge: Double, lasso: SlopeWeights?) {
        prior = nil
        self.gateRidge = gateRidge
        self.openRidge = openRidge
        self.lasso = lasso
    }

    /// - Parameters:
    ///   - weight: Σw of the rows.
    ///   - lasso: for a weight of 1.
    init(_ options: FitOptions, weight: Double, lasso: SlopeWeights? = nil, prior: SlopePrior? = nil) {
        self.prior = prior
        gateRidge = options.gateRidge * weight
        openRidge = options.expertRidge * weight
        self.lasso = lasso?.scaled(by: weight)
    }

    /// On the sum over rows.
    func expertRidge(_ family: any ExpertFamily) -> Double { family is any ClosedFormFamily ? 0 : openRidge }

    func value(_ model: MixtureModel) -> Double {
        smoothValue(model) + lassoValue(model) + (prior?.value(model) ?? 0)
    }

    func lassoValue(_ model: MixtureModel) -> Double { lasso?.value(model) ?? 0 }

    private func smoothValue(_ model: MixtureModel) -> Double {
        let gate = model.gate.penalty(ridge: gateRidge)
        let ridge = expertRidge(model.family)
        guard ridge > 0 else { return gate }
        return model.experts.reduce(gate) { $0 + 0.5 * ridge * $1.coefficients.reduce(0) { $0 + $1 * $1 } }
    }
}
