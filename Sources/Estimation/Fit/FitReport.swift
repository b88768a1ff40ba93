/// How a fit went: a value that stays with the model. Nothing in it depends on the clock or on the machine.
package struct FitReport: Sendable, Equatable {
    package enum StopReason: String, Sendable {
        /// The change per row fell below the tolerance.
        case converged
        /// The bound on iterations came first; the result is the best so far.
        case maxIterations
    }

    /// How a start was made and what it reached.
    package struct Start: Sendable, Equatable {
        package var strategy: String
        /// At the end of screening, per row of the subsample, standardised response.
        package var screenedLogLikelihoodPerRow: Double
        /// After the full fit; nil for a start that was dropped.
        package var logLikelihood: Double?
        /// Experts whose variance is at the floor.
        package var floorHits: Int

        package init(
            strategy: String, screenedLogLikelihoodPerRow: Double, logLikelihood: Double?, floorHits: Int
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
    package var seed: UInt64
    package var tolerance: Double
    package var starts: [Start]
    package var warnings: [FitWarning]
    /// Rows of values and classes that too few rows have: for the site alone, no file tells how many there were.
    package var leftOutRows = 0
    /// Coefficients and dispersions that the rows determine: all but slopes of 0, which a lasso, a constant column or an expert of few
    /// rows has, and the predictors of classes that no row shows. Dispersions at their floor count.
    package var freeParameters = 0
    /// nil where no slope was penalised.
    package var lasso: LassoReport?
    /// Where the number of experts was chosen.
    package var expertCounts: ExpertCountReport?

    package init(
        logLikelihood: Double, trace: [Double], stopReason: StopReason, iterations: Int, seed: UInt64,
        tolerance: Double, starts: [Start], warnings: [FitWarning]
    ) {
        self.logLikelihood = logLikelihood
        self.trace = trace
        self.stopReason = stopReason
        self.iterations = iterations
        self.seed = seed
        self.tolerance = tolerance
        self.starts = starts
        self.warnings = warnings
    }
}

/// What a reader of a fit has to know, in words.
package enum FitWarning: Sendable, Equatable, CustomStringConvertible {
    case notConverged(iterations: Int)
    case varianceFloor(experts: [Int])
    case constantCovariate(String)
    case collinearCovariate(String)
    case fewerExperts(asked: Int, fitted: Int, rows: Int)
    case fewerExpertsTried(asked: Int, tried: Int, rows: Int)
    case expertBelowMinimumRows(minimum: Double, left: Int)
    case interceptOnlyExpert(experts: [Int])
    case rareCovariate(String, minimum: Double)
    case rareLevel(String, minimum: Double)
    case rareClass(String, minimum: Double)
    case absentClass(String)
    case classWithheld(String, experts: [Int], minimum: Double)
    case statisticsLeftOut(column: String, experts: [Int], minimum: Double)
    case expertsWithheld(experts: [Int], minimum: Double)
    case gatesWithheld(experts: [Int], minimum: Double)
    case gateColumnWithheld(column: String, minimum: Double)
    case refitBelowMinimumRows(minimum: Double)
    case weightsAreNoCounts(sum: Double, rows: Int)
    case expertCountAtEdge(experts: Int, criterion: String, tried: ClosedRange<Int>)
    case undeterminedErrors(columns: [String])
    case noErrorsAtNoMaximum
    case noErrorsOfSoMany(parameters: Int, most: Int)
    /// A warning read back from a file.
    case recorded(String)

    package var description: String {
        switch self {
        case .notConverged(let iterations):
            "not converged after \(iterations) iterations: raise --max-iterations or use fewer experts"
        case .varianceFloor(let experts):
            "the variance of expert \(experts.map { String($0 + 1) }.joined(separator: ", ")) is at its floor: "
                + "many rows lie exactly on one line, or there are more experts than the rows support"
        case .constantCovariate(let name):
            "covariate '\(name)' is constant here: its coefficients are 0"
        case .collinearCovariate(let name):
            "covariate '\(name)' is a linear combination of others here: its coefficients are not determined by these "
                + "rows, the smallest ones were taken"
        case .fewerExperts(let asked, let fitted, let rows):
            "\(rows) rows carry \(fitted) of \(asked) experts: fitted with \(fitted)"
        case .fewerExpertsTried(let asked, let tried, let rows):
            "\(rows) rows carry \(tried) of \(asked) experts: no more were tried"
        case .expertBelowMinimumRows(let minimum, let left):
            "an expert described fewer than \(minimum.formatted) rows and was left out: \(left) remain; a few extreme responses, "
                + "or more experts than the rows support, may be the cause"
        case .interceptOnlyExpert(let experts):
            "expert \(experts.map { String($0 + 1) }.joined(separator: ", ")) describes too few rows for a regression: fitted with a "
                + "mean and a variance, its slopes are 0"
        case .rareCovariate(let name, let minimum):
            "covariate '\(name)' differs from its usual value in fewer than \(minimum.formatted) rows: taken as constant "
                + "here, so that these rows are not told"
        case .rareLevel(let name, let minimum):
            "'\(name)' has one of its two values in fewer than \(minimum.formatted) rows: they are left out, so that they are not "
                + "told"
        case .absentClass(let name):
            "class '\(name)' has no rows here: nothing is told of it"
        case .classWithheld(let name, let experts, let minimum):
            "class '\(name)' has fewer than \(minimum.formatted) rows of expert "
                + "\(experts.map { String($0 + 1) }.joined(separator: ", ")): they are left out, and nothing is told of it there"
        case .rareClass(let name, let minimum):
            "class '\(name)' has fewer than \(minimum.formatted) rows here: they are left out, so that they are not told"
        case .statisticsLeftOut(let column, let experts, let minimum):
            "'\(column)' differs from its usual value in fewer than \(minimum.formatted) rows of expert "
                + "\(experts.map { String($0 + 1) }.joined(separator: ", ")): left out there"
        case .expertsWithheld(let experts, let minimum):
            "expert \(experts.map { String($0 + 1) }.joined(separator: ", ")) describes fewer than \(minimum.formatted) rows "
                + "here: nothing is told of it"
        case .gatesWithheld(let experts, let minimum):
            "fewer than \(minimum.formatted) rows lie between expert \(experts.map { String($0 + 1) }.joined(separator: ", ")) "
                + "and others here: nothing is told of its gate"
        case .gateColumnWithheld(let column, let minimum):
            "'\(column)' differs from its usual value in fewer than \(minimum.formatted) of the rows between experts here: left "
                + "out of the gate"
        case .refitBelowMinimumRows(let minimum):
            "without the penalty an expert would describe fewer than \(minimum.formatted) rows: the slopes that the penalty left "
                + "are not refitted"
        case .weightsAreNoCounts(let sum, let rows):
            "the weights of \(rows) rows sum to \(sum.formatted) and are no whole numbers: BIC and standard errors take a weight of 2 for "
                + "a row that is there twice; scale the weights to a mean of 1, or use --standard-errors sandwich, if they are no "
                + "numbers of rows"
        case .expertCountAtEdge(let experts, let criterion, let tried):
            "\(experts) experts are the best by \(criterion), at the edge of \(tried.lowerBound)..\(tried.upperBound): try "
                + (experts == tried.upperBound ? "more" : "fewer")
        case .undeterminedErrors(let columns):
            "no standard errors for coefficients of \(columns.map { "'\($0)'" }.joined(separator: ", ")): these rows do not "
                + "determine them"
        case .noErrorsAtNoMaximum:
            "no standard errors: the fit ended at no maximum of the likelihood; more starts or fewer experts may help"
        case .noErrorsOfSoMany(let parameters, let most):
            "no standard errors: \(parameters) parameters are more than the \(most) they are computed for"
        case .recorded(let text):
            text
        }
    }

    package static func == (left: FitWarning, right: FitWarning) -> Bool { left.description == right.description }
}

extension Double {
    fileprivate var formatted: String { self == rounded() && abs(self) < 1e15 ? String(Int(self)) : String(self) }
}
