import MixtureOfExperts
import Numerics

/// A local model and what to call it in messages.
public struct Contribution: Sendable {
    public var name: String
    public var fitted: FittedMixture
    /// Of its fit, in words.
    public var warnings: [String]

    public init(name: String, fitted: FittedMixture, warnings: [String] = []) {
        self.name = name
        self.fitted = fitted
        self.warnings = warnings
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
