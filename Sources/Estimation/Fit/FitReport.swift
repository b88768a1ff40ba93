/// Why a fit ended.
public enum StopReason: String, Sendable, Codable {
    /// The change per row fell below the tolerance.
    case converged
    /// The maximum number of iterations came first; the result is the best so far.
    case maxIterations
}

/// How a fit went: a value that stays with the model.
///
/// Nothing in it depends on the clock or on the machine.
package struct FitReport: Sendable, Equatable {
    package typealias StopReason = Estimation.StopReason

    /// How a start was made and what it reached.
    package struct Start: Sendable, Equatable, Codable {
        package enum Strategy: String, Sendable, Codable {
            case covariateClusters, covariateResidualClusters, residualBands, fittedBands, regressionClusters
            /// Of ``FitOptions/initialModels``.
            case givenModel
            /// Nothing to search for.
            case oneExpert
            /// From an optimum, with predictors made steeper or flatter.
            case steeperClasses
        }

        package var strategy: Strategy
        /// At the end of screening, per row of the subsample, standardised response.
        package var screenedLogLikelihoodPerRow: Double
        /// After the full fit; nil for a start that was dropped.
        package var logLikelihood: Double?
        /// Experts whose variance is at the floor.
        package var floorHits: Int

        package init(
            strategy: Strategy, screenedLogLikelihoodPerRow: Double, logLikelihood: Double?, floorHits: Int
        ) {
            self.strategy = strategy
            self.screenedLogLikelihoodPerRow = screenedLogLikelihoodPerRow
            self.logLikelihood = logLikelihood
            self.floorHits = floorHits
        }
    }

    /// In the user's units, at the returned parameters.
    package var logLikelihood: Double
    /// The objective (log-likelihood less the ridge) per row in the user's units, before each iteration of the winning
    /// start's full fit and after the last.
    package var trace: [Double]
    package var stopReason: StopReason
    package var iterations: Int
    package var settings: FitSettings
    package var starts: [Start]
    package var warnings: [FitWarning]
    /// Rows of values and classes that too few rows have: for the site alone, no file says how many there were.
    package var leftOutRows = 0
    /// Coefficients and dispersions that the rows determine: all but slopes of 0, which a lasso, a constant column or an expert of few
    /// rows has, and the predictors of classes that no row shows.
    ///
    /// Dispersions at their floor count.
    package var freeParameters = 0
    /// How far the rules of a release are kept; nil where none holds.
    package var disclosure: DisclosureFigures?
    /// nil where no slope was penalised.
    package var lasso: LassoReport?
    /// Where the number of experts was chosen.
    package var expertCounts: ExpertCountReport?

    package init(
        logLikelihood: Double, trace: [Double], stopReason: StopReason, iterations: Int, settings: FitSettings,
        starts: [Start], warnings: [FitWarning]
    ) {
        self.logLikelihood = logLikelihood
        self.trace = trace
        self.stopReason = stopReason
        self.iterations = iterations
        self.settings = settings
        self.starts = starts
        self.warnings = warnings
    }
}
