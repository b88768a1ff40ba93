import LinearAlgebra
import MixtureOfExperts

/// A local model and what to call it in messages.
public struct Contribution: Sendable {
    public var name: String
    public var fitted: FittedMixture

    public init(name: String, fitted: FittedMixture) {
        self.name = name
        self.fitted = fitted
    }
}

/// Covariates given by the user, in the order of the design, and where they come from.
public struct GivenSupport: Sendable {
    public var covariates: Matrix
    public var source: String

    public init(covariates: Matrix, source: String) {
        self.covariates = covariates
        self.source = source
    }
}
