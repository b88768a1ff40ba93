import Estimation
import Messages
import MixtureOfExperts
import Numerics

/// How a global model is adapted to the rows of a site.
public struct AdaptationChoices: Sendable, Equatable {
    /// What is fitted; nil: the gate, of a model with one expert its intercept and dispersion.
    public var adapted: AdaptedPart?
    /// The precision of the prior around the shared parameters, in standard units; nil: by the evidence of the site's own rows.
    public var priorPrecision: Double?

    /// The gate, by the evidence of the rows.
    public init() {}

    func check() throws(RequestRefusal) { try RequestOption.priorPrecision.check(priorPrecision) }

    /// - Throws: ``RequestRefusal/noEffect(_:_:)`` for the gate of one expert.
    func fit(_ shared: FittedMixture, _ parallelism: Parallelism) throws(RequestRefusal) -> SiteAdaptation {
        if adapted == .gate, shared.model.expertCount == 1 { throw .noEffect(.adapted, .oneExpertHasNoGate) }
        return SiteAdaptation(of: shared, adapted, priorPrecision: priorPrecision, parallelism: parallelism)
    }
}
