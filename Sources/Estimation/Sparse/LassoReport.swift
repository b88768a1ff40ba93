import Foundation

/// What a fit with a ``Lasso`` came to.
public struct LassoReport: Sendable, Equatable {
    /// One weight of a path.
    public struct Point: Sendable, Equatable, Codable {
        /// Of gate and experts.
        public var weight: Double
        public var logLikelihood: Double
        public var penalisedLogLikelihood: Double
        /// Free parameters but slopes that are 0.
        public var nonzeroParameters: Int
        /// -2 log-likelihood + nonzero parameters · log Σw (Schwarz 1978; Zou, Hastie & Tibshirani 2007).
        public var bic: Double

        public init(
            weight: Double, logLikelihood: Double, penalisedLogLikelihood: Double, nonzeroParameters: Int, bic: Double
        ) {
            self.weight = weight
            self.logLikelihood = logLikelihood
            self.penalisedLogLikelihood = penalisedLogLikelihood
            self.nonzeroParameters = nonzeroParameters
            self.bic = bic
        }
    }

    public var gateWeight: Double
    public var expertWeight: Double
    /// Of the optimum with the penalty.
    public var penalisedLogLikelihood: Double
    /// Whether the slopes that stayed were fitted once more without it.
    public var isRefitted: Bool
    public var nonzeroParameters: Int
    /// Where the weight was chosen: all that were tried, the largest first.
    public var path: [Point]

    public init(
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
