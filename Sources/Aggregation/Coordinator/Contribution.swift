import MixtureOfExperts
import Numerics

/// A local model and what to call it in messages.
package struct Contribution: Sendable {
    package var name: String
    package var fitted: FittedMixture
    /// Of its fit or aggregation.
    package var warnings: [ModelWarning]

    package init(name: String, fitted: FittedMixture, warnings: [ModelWarning] = []) {
        self.name = name
        self.fitted = fitted
        self.warnings = warnings
    }
}

/// Covariates given by the user, in the order of the design, and where they come from.
package struct GivenSupport: Sendable {
    package var covariates: Matrix
    /// What they are the covariates of.
    package var source: String

    package init(covariates: Matrix, source: String) {
        self.covariates = covariates
        self.source = source
    }
}
