/// A softmax-gated mixture of K experts: f(y | x) = Σ_k π_k(x) φ(y | x; θ_k) (paper, section 2).
public struct MixtureModel: Sendable, Equatable {
    /// Target and covariates.
    public let design: Design
    package let family: any ExpertFamily
    /// The gate: π_k(x) in the user's units of the covariates.
    public package(set) var gate: SoftmaxGate
    /// The K experts.
    public package(set) var experts: [Expert]

    package init(design: Design, family: any ExpertFamily = GaussianFamily(), gate: SoftmaxGate, experts: [Expert]) {
        precondition(gate.expertCount == experts.count, "a gate for every expert")
        self.design = design
        self.family = family
        self.gate = gate
        self.experts = experts
    }

    /// Experts with equal gates everywhere: for what depends on the experts alone, or on a single one.
    package init(design: Design, family: any ExpertFamily, ungated experts: [Expert]) {
        self.init(
            design: design, family: family,
            gate: SoftmaxGate(expertCount: experts.count, covariateCount: design.gateCovariates.count),
            experts: experts)
    }

    /// Number of experts K.
    public var expertCount: Int { experts.count }

    /// The family of the experts by its name in model files: `gaussian`, `poisson`, `negative-binomial`, `gamma` or `multinomial`.
    public var familyName: String { family.name }

    /// Whether design, family and all parameters are the same.
    public static func == (left: MixtureModel, right: MixtureModel) -> Bool {
        left.design == right.design && left.family.isSame(as: right.family) && left.gate == right.gate
            && left.experts == right.experts
    }

    /// Linear predictors of all experts together.
    var predictorCount: Int { expertCount * family.predictorCount }

    /// Free parameters: coefficients and dispersions of the experts, coefficients of all gates but the last.
    package var parameterCount: Int {
        regressionCount * design.parametersPerExpert(family)
            + (expertCount - regressionCount - 1) * design.gatePositions.count
    }

    /// The same model with the experts in another order: new expert k is old expert `order[k]`.
    package func reordered(_ order: [Int]) -> MixtureModel {
        MixtureModel(
            design: design, family: family, gate: gate.reordered(order), experts: order.map { experts[$0] })
    }
}
