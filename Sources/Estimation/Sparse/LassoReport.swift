import Foundation

/// What a fit with a ``Lasso`` came to.
package struct LassoReport: Sendable, Equatable {
    /// One weight of a path.
    package struct Point: Sendable, Equatable, Codable {
        /// Of gate and experts.
        package var weight: Double
        package var logLikelihood: Double
        package var penalisedLogLikelihood: Double
        /// Free parameters but slopes that are 0.
        package var nonzeroParameters: Int
        /// -2 log-likelihood + nonzero parameters · log Σw (Schwarz 1978; Zou, Hastie & Tibshirani 2007).
        package var bic: Double

        package init(
            weight: Double, logLikelihood: Double, penalisedLogLikelihood: Double, nonzeroParameters: Int, bic: Double
        ) {
            self.weight = weight
            self.logLikelihood = logLikelihood
            self.penalisedLogLikelihood = penalisedLogLikelihood
            self.nonzeroParameters = nonzeroParameters
            self.bic = bic
        }
    }

    package var gateWeight: Double
    package var expertWeight: Double
    /// Of the optimum with the penalty.
    package var penalisedLogLikelihood: Double
    /// Whether the slopes that stayed were fitted once more without it.
    package var isRefitted: Bool
    package var nonzeroParameters: Int
    /// Where the weight was chosen: all that were tried, the largest first.
    package var path: [Point]

    package init(
        gateWeight: Double, expertWeight: Double, penalisedLogLikelihood: Double, isRefitted: Bool = false,
        nonzeroParameters: Int, path: [Point]
    ) {
        self.gateWeight = gateWeight
        self.expertWeight = expertWeight
        self.penalisedLogLikelihood = penalisedLogLikelihood
        self.isRefitted = isRefitted
        self.nonzeroParameters = nonzeroParameters
        self.path = path
    }
}
