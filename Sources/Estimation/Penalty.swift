import MixtureOfExperts

/// What is taken from the log-likelihood: ½ ridge |α|² of the gate, and of experts whose fit is not closed.
///
/// Gates of separable regions, and experts of a class or count that no row shows, have no finite maximum. Closed fits have one,
/// and no penalty.
struct Penalty: Sendable {
    /// On the sum over rows.
    let gateRidge: Double
    private let openRidge: Double

    static let none = Penalty(gateRidge: 0, openRidge: 0)

    private init(gateRidge: Double, openRidge: Double) {
        self.gateRidge = gateRidge
        self.openRidge = openRidge
    }

    /// - Parameter weight: Σw of the rows.
    init(_ options: FitOptions, weight: Double) {
        gateRidge = options.gateRidge * weight
        openRidge = options.expertRidge * weight
    }

    /// On the sum over rows.
    func expertRidge(_ family: any ExpertFamily) -> Double { family is any ClosedFormFamily ? 0 : openRidge }

    func value(_ model: MixtureModel) -> Double {
        let gate = model.gate.penalty(ridge: gateRidge)
        let ridge = expertRidge(model.family)
        guard ridge > 0 else { return gate }
        return model.experts.reduce(gate) { $0 + 0.5 * ridge * $1.coefficients.reduce(0) { $0 + $1 * $1 } }
    }
}
