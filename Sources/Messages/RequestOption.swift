/// An option of a request, as messages name it: each interface spells it in its own way.
///
/// A message that advises to change an option holds the option, never its spelling.
public enum RequestOption: String, Sendable, Hashable, CaseIterable {
    // MARK: Columns and rows

    /// The study file, which says what the columns of a table mean.
    case study
    /// The column of the response.
    case target
    /// The family of the experts: gaussian, poisson, negative-binomial, gamma or multinomial.
    case family
    /// Names of the classes of the response, the reference first.
    case classes
    /// The column of exposures, whose logarithm enters every linear predictor with coefficient 1.
    case exposure
    /// The columns that are covariates of the experts.
    case features
    /// Columns that are no covariates by default.
    case exclude
    /// The columns that are covariates of the gate.
    case gateFeatures
    /// The column of row weights.
    case weights
    /// The column that says of whom a row is.
    case subject
    /// The rule for missing values: `MissingValueRule` by its name.
    case missing
    /// Values of the response that are experts of their own.
    case pointMass
    /// The range of an expert of noise.
    case noise
    /// Columns of a new study that are categories.
    case categories
    /// The rule for levels of a category that the study does not name: `UnknownLevelRule` by its name.
    case unknownLevels
    /// Whether a file is read anew in every pass instead of held in memory.
    case outOfCore
    /// The character between the fields of a CSV line.
    case delimiter
    /// Names of the columns of a `.npy` array.
    case columns

    // MARK: Fits

    /// Number of experts K, or a range to choose from.
    case experts
    /// Number of random starts that are screened.
    case starts
    /// The change of the log-likelihood per row, standardised response, below which a fit has converged.
    case tolerance
    /// Maximum number of iterations of one start.
    case maximumIterations
    /// How standard errors are estimated: `StandardErrorMethod` by its name.
    case standardErrors
    /// Which slopes have a weak prior: `SlopePriorRule` by its name.
    case slopePrior
    /// The weight of the lasso chosen by BIC.
    case l1
    /// The weight of the lasso on the slopes of the gate.
    case l1Gate
    /// The weight of the lasso on the slopes of the experts.
    case l1Experts
    /// Whether the slopes that a lasso selected are fitted again without it.
    case l1Refit
    /// The threshold rule: no statistic over fewer effective rows is released.
    case minRows
    /// Whether a model is a draft, which stays with the owner of the rows, rather than a release.
    case draft
    /// The file that has what a site has released.
    case ledger
    /// The file that has the secret from which random choices of rounding follow.
    case roundingSecret
    /// Whether a release is made without a ledger.
    case noLedger
    /// The file that says what a site lets out of its tables.
    case policy
    /// Whether a few new rows wait for the next release.
    case holdBackNew
    /// Whether shards are taken as sites, whose local models keep the rules of a release.
    case asSites
    /// The criterion that chooses the number of experts: `ExpertCountCriterion` by its name.
    case criterion
    /// The share of the rows held out of the fit for scores.
    case holdout
    /// Minimum number of rows per free parameter of a local fit.
    case rowsPerParameter
    /// Models that a fit starts from, besides the random starts.
    case initialModels

    // MARK: Aggregation

    /// Rows whose covariates serve as support points of the transport.
    case support
    /// Maximum number of support points.
    case supportSize
    /// The weights of the sites in their weighted average: `SiteWeights` by its name.
    case siteWeights
    /// The largest share that a site may have in the weight of all.
    case largestShare
    /// The method that aggregates local models.
    case method
    /// The targets of the global gate: `GateTarget` by its name.
    case gate
    /// What becomes of inconsistent sites: `InconsistentSiteRule` by its name.
    case inconsistent
    /// How the standard errors of a global model are found: `AggregateErrors` by its name.
    case aggregateErrors
    /// Number of experts of the global model.
    case globalExperts
    /// The model files.
    case models
    /// The files of statistics.
    case statistics

    // MARK: Adaptation

    /// Which parameters a site fits to its own rows: `AdaptedPart` by its name.
    case adapted
    /// The precision of the prior around the shared model.
    case priorPrecision

    // MARK: Learning and comparison

    /// Whether the global model is adapted to every shard.
    case adapt

    /// Number of extra rounds of generalised EM after the aggregation.
    case rounds
    /// Number of rounds of federated averaging.
    case federatedRounds
    /// Number of random shards of equal size.
    case shards
    /// The column that names the shard of each row.
    case shardBy
    /// The estimation methods to compare.
    case methods
    /// Rows for the scores.
    case test
    /// The column of the true component of each test row.
    case groups
    /// Whether all rows are fitted together too.
    case pooled

    // MARK: Predictions

    /// The probability of prediction intervals.
    case interval
    /// The probability of intervals of estimates.
    case level
    /// The probabilities of predicted quantiles.
    case levels

    // MARK: Simulation

    /// The shares of the components in a simulation.
    case profile
    /// Number of simulated rows of all shards together.
    case rows
    /// Number of simulated rows for the scores.
    case testRows
    /// Number of components that a simulated shard has rows of.
    case capacity
    /// Whether each simulated shard has covariates with a mean of its own.
    case shift

    // MARK: All

    /// The seed of the random numbers.
    case seed
    /// Number of threads.
    case threads
}

/// The interface whose spelling of options a message takes.
public enum OptionStyle: Sendable, CaseIterable {
    /// `--min-rows 10`
    case commandLine
    /// `min_rows=10`
    case python
    /// `minRows: 10`
    case swift
    /// Python's estimators, whose parameters have the names of scikit-learn: `n_experts=3`.
    case estimator
    /// `min_rows = 10`, and R's own words where it has them: `na.action = na.omit`.
    case r
}

extension RequestOption {
    /// The name alone: `--min-rows`, `min_rows`, `minRows`.
    public func name(_ style: OptionStyle) -> String {
        switch style {
        case .commandLine: "--" + commandLineName
        case .python: pythonName
        case .swift: rawValue
        case .estimator: estimatorName
        case .r: rName
        }
    }

    /// The option with a value: `--family poisson`, `family="poisson"`, `family: "poisson"`.
    ///
    /// - Parameters:
    ///   - value: a text, quoted where the language wants it.
    ///   - style: the interface whose spelling is taken.
    public func setting(_ value: String, _ style: OptionStyle) -> String {
        switch style {
        case .commandLine: "\(name(style)) \(value)"
        case .python, .estimator: "\(name(style))=\"\(value)\""
        case .swift: "\(name(style)): \"\(value)\""
        case .r: "\(name(style)) = \(rValue(value))"
        }
    }

    /// The option with a number: `--experts 5`, `experts=5`, `experts: 5`.
    public func setting(_ value: Int, _ style: OptionStyle) -> String {
        switch style {
        case .commandLine: "\(name(style)) \(value)"
        case .python, .estimator: "\(name(style))=\(value)"
        case .swift: "\(name(style)): \(value)"
        case .r: "\(name(style)) = \(value)"
        }
    }

    /// The option with a number that need be no whole one, in a list where the interface wants one.
    public func number(_ value: Double, _ style: OptionStyle) -> String {
        switch style {
        case .commandLine: "\(name(style)) \(Format.label(value))"
        case .python, .estimator: "\(name(style))=[\(Format.label(value))]"
        case .swift: "\(name(style)): [\(Format.label(value))]"
        case .r: "\(name(style)) = \(Format.label(value))"
        }
    }

    /// Whether the interface has the option: a message advises no other.
    package func exists(in style: OptionStyle) -> Bool {
        switch style {
        case .estimator: Self.ofEstimators.contains(self)
        case .r: !Self.inFormulas.contains(self)
        case .commandLine, .python, .swift: true
        }
    }

    /// What their constructors take, and `fit`.
    private static let ofEstimators: Set<RequestOption> = [
        .target, .study, .family, .exposure, .gateFeatures, .weights, .experts, .starts, .tolerance, .maximumIterations,
        .standardErrors, .slopePrior, .l1, .l1Gate, .l1Experts, .minRows, .criterion, .rowsPerParameter, .largestShare,
        .method,
        .inconsistent, .globalExperts, .asSites, .seed, .threads,
    ]

    private var commandLineName: String {
        switch self {
        case .maximumIterations: "max-iterations"
        case .unknownLevels: "unknown"
        default: words.joined(separator: "-")
        }
    }

    private var estimatorName: String {
        switch self {
        case .experts: "n_experts"
        case .globalExperts: "n_global_experts"
        case .starts: "n_starts"
        case .tolerance: "tol"
        case .maximumIterations: "max_iter"
        case .seed: "random_state"
        case .weights: "sample_weight"
        case .target: "y"
        default: pythonName
        }
    }

    var pythonName: String {
        switch self {
        case .maximumIterations: "max_iterations"
        case .threads: "n_jobs"
        default: words.joined(separator: "_")
        }
    }

    /// The words of the name in lower case; a digit belongs to the word before it.
    private var words: [String] {
        rawValue.reduce(into: [""]) { words, character in
            if character.isUppercase { words.append("") }
            words[words.count - 1] += character.lowercased()
        }
    }
}
