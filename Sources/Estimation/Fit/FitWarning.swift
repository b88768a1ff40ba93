import Messages

/// What a reader of a fit has to know: it is valid, within these limits.
public enum FitWarning: Sendable, Equatable, Codable, ExtensibleCode {
    /// One that this version of the program does not know.
    case ofLaterVersion(kind: String)
    /// The maximum number of iterations came before convergence.
    case notConverged(iterations: Int)
    /// Experts whose variance is at its floor.
    case varianceFloor(experts: ExpertPositions)
    /// A covariate with one value in all rows: its coefficients are 0.
    case constantCovariate(covariate: String)
    /// A covariate that varies by too little beside its values, or by too little to be squared: its coefficients are 0.
    case unresolvedCovariate(covariate: String)
    /// A covariate that is a linear combination of others: the smallest coefficients are taken.
    case collinearCovariate(covariate: String)
    /// A covariate separates the responses of some experts: its slope there has no finite maximum.
    case separatedSlopes(covariate: String, experts: ExpertPositions, prior: Bool)
    /// A covariate separates the regions of experts: its slope in the gate has no finite maximum.
    case separatedGate(covariate: String, prior: Bool)
    /// The rows support fewer experts than asked for.
    case fewerExperts(asked: Int, fitted: Int, rows: Int)
    /// The rows support fewer experts than the range to choose from holds.
    case fewerExpertsTried(asked: Int, tried: Int, rows: Int)
    /// An expert was left out by the threshold rule; `left` remain.
    case expertBelowMinimumRows(minimum: Double, left: Int)
    /// Too few rows have the value of a point mass: it is none here, and the rows are left out where `rows` says so.
    case pointMassLeftOut(value: Double, minimum: Double, rows: Bool)
    /// Too few rows are noise: they are left out, and there is no expert of noise here.
    case noiseLeftOut(minimum: Double)
    /// Experts with too few rows for a regression: their slopes are 0.
    case interceptOnlyExpert(experts: ExpertPositions)
    /// A covariate taken as constant by the threshold rule.
    case rareCovariate(covariate: String, minimum: Double)
    /// Rows with the rare one of two values are left out by the threshold rule.
    case rareLevel(covariate: String, minimum: Double)
    /// Rows of a class are left out, and the class is suppressed, by the threshold rule.
    case rareClass(class: String, minimum: Double)
    /// A class without rows is suppressed.
    case absentClass(class: String)
    /// A class suppressed for some experts by the threshold rule.
    case classWithheld(class: String, experts: ExpertPositions, minimum: Double)
    /// A column left out of the statistics of some experts by the threshold rule.
    case statisticsLeftOut(column: String, experts: ExpertPositions, minimum: Double)
    /// Experts whose statistics are withheld by the threshold rule.
    case expertsWithheld(experts: ExpertPositions, minimum: Double)
    /// Experts whose statistics of the gate are withheld by the threshold rule.
    case gatesWithheld(experts: ExpertPositions, minimum: Double)
    /// A column left out of the statistics of the gate by the threshold rule.
    case gateColumnWithheld(column: String, minimum: Double)
    /// Experts with coefficients that too few rows decide: their sums are withheld by the threshold rule.
    case scoresWithheld(experts: ExpertPositions, minimum: Double)
    /// More experts were fitted than may be released: they had so many parameters on so many rows.
    case saturated(asked: Int, fitted: Int, parameters: Int, rows: Int, bound: Double)
    /// Experts with too few rows for the covariances of their columns to be released.
    case covariancesWithheld(experts: ExpertPositions)
    /// A column of which one or two rows make up most of the spread: extreme values are taken at a bound.
    case topCoded(column: String)
    /// A column left out of some experts, in which one or two rows make up most of its spread.
    case columnDominated(column: String, experts: ExpertPositions)
    /// An expert was left out in which one or two rows make up most of the spread of the target; `left` remain.
    case expertDominated(left: Int)
    /// Slopes that a lasso selected are not refitted, by the threshold rule.
    case refitBelowMinimumRows(minimum: Double)
    /// Weights that are no numbers of rows, where the results take them as such.
    case weightsAreNoCounts(sum: Double, rows: Int)
    /// The number of experts chosen is at an edge of the range.
    case expertCountAtEdge(experts: Int, criterion: ExpertCountCriterion, tried: ClosedRange<Int>)
    /// No standard errors for coefficients that the rows do not determine.
    case undeterminedStandardErrors(columns: [String])
    /// No standard errors: the fit did not converge to a maximum of the likelihood.
    case noStandardErrorsOffMaximum
    /// No standard errors: there are more parameters than they are computed for.
    case noStandardErrorsOfSoManyParameters(parameters: Int, maximum: Int)

    /// Why the fit has no standard errors at all, where this is what it says.
    package var reasonForNoErrors: String? {
        switch self {
        case .noStandardErrorsOffMaximum:
            "the fit did not converge to a maximum of the likelihood; more starts or fewer experts may help"
        case .noStandardErrorsOfSoManyParameters(let parameters, let most):
            "\(parameters) parameters are more than the \(most) they are computed for"
        default: nil
        }
    }
}

extension FitWarning {
    /// Whether something was withheld or changed by a rule of statistical disclosure control.
    package var isOfDisclosure: Bool {
        switch self {
        case .expertBelowMinimumRows, .rareCovariate, .rareLevel, .rareClass, .absentClass, .classWithheld,
            .statisticsLeftOut,
            .expertsWithheld, .gatesWithheld, .gateColumnWithheld, .scoresWithheld, .saturated, .covariancesWithheld,
            .topCoded,
            .columnDominated, .expertDominated, .refitBelowMinimumRows, .interceptOnlyExpert, .pointMassLeftOut,
            .noiseLeftOut:
            true
        default: false
        }
    }
}

extension FitWarning: DoorMessage {
    /// One line, with options spelled as the interface has them.
    public func text(_ style: OptionStyle) -> String {
        switch self {
        case .ofLaterVersion(let kind):
            "warning '\(kind)' of a later version of the program: update dmoe to see what it says"
        case .notConverged(let iterations):
            "not converged after \(Format.plural(iterations, "iteration")): raise \(RequestOption.maximumIterations.name(style)) or use fewer "
                + "experts"
        case .varianceFloor(let experts):
            "the variance of expert \(experts) is at its floor: many rows lie exactly on one line, or there are more experts "
                + "than the rows support"
        case .constantCovariate(let name):
            "covariate '\(name)' is constant here: its coefficients are 0"
        case .unresolvedCovariate(let name):
            "covariate '\(name)' varies by too little here beside its values, or beside 1: its coefficients are 0; subtract a value near its "
                + "mean, or change its unit"
        case .collinearCovariate(let name):
            "covariate '\(name)' is a linear combination of others here: its coefficients are not determined by these "
                + "rows, the smallest ones were taken"
        case .separatedSlopes(let name, let experts, let prior):
            "covariate '\(name)' separates the responses of expert \(experts): its slope has no finite maximum"
                + Self.remedy(prior, style)
        case .separatedGate(let name, let prior):
            "covariate '\(name)' separates the regions of experts: its slope in the gate has no finite maximum"
                + Self.remedy(prior, style)
        case .fewerExperts(let asked, let fitted, let rows):
            "\(rows) rows support \(fitted) of \(asked) experts: fitted with \(fitted)"
        case .fewerExpertsTried(let asked, let tried, let rows):
            "\(rows) rows support \(tried) of \(asked) experts: no more were tried"
        case .expertBelowMinimumRows(let minimum, let left):
            "an expert described fewer than \(Format.label(minimum)) rows and was left out: \(left) remain; a few extreme "
                + "responses, or more experts than the rows support, may be the cause"
        case .pointMassLeftOut(let value, let minimum, let areLeftOut):
            (minimum > 1 ? "fewer than \(Format.label(minimum)) rows have" : "no row has")
                + " the target at \(Format.label(value)): no point mass here"
                + (areLeftOut ? ", and these rows are left out" : "")
        case .noiseLeftOut(let minimum):
            minimum > 1
                ? "fewer than \(Format.label(minimum)) rows are noise: these rows are left out, and there is no expert of noise here"
                : "no row is noise: there is no expert of noise here"
        case .interceptOnlyExpert(let experts):
            "expert \(experts) describes too few rows for a regression: fitted as an intercept-only expert, its slopes are 0"
        case .rareCovariate(let name, let minimum):
            "covariate '\(name)' differs from its usual value in fewer than \(Format.label(minimum)) rows: taken as constant "
                + "here, its values are withheld"
        case .rareLevel(let name, let minimum):
            "'\(name)' has one of its two values in fewer than \(Format.label(minimum)) rows: taken as constant here, at its mean by a rounded "
                + "count"
        case .absentClass(let name):
            "class '\(name)' has no rows here: it is suppressed"
        case .classWithheld(let name, let experts, let minimum):
            "class '\(name)' has fewer than \(Format.label(minimum)) rows of expert \(experts): the class is suppressed "
                + "there, and a rounded count released"
        case .rareClass(let name, let minimum):
            "class '\(name)' has fewer than \(Format.label(minimum)) rows here: the class is suppressed, and a rounded count released"
        case .statisticsLeftOut(let column, let experts, let minimum):
            "'\(column)' differs from its usual value in fewer than \(Format.label(minimum)) rows of expert \(experts): left out "
                + "there"
        case .expertsWithheld(let experts, let minimum):
            "expert \(experts) describes fewer than \(Format.label(minimum)) rows here: its statistics are withheld"
        case .gatesWithheld(let experts, let minimum):
            "fewer than \(Format.label(minimum)) rows lie between expert \(experts) and others here: the statistics of its gate are "
                + "withheld"
        case .gateColumnWithheld(let column, let minimum):
            "'\(column)' differs from its usual value in fewer than \(Format.label(minimum)) of the rows between experts here: "
                + "left out of the gate"
        case .scoresWithheld(let experts, let minimum):
            "fewer than \(Format.label(minimum)) rows decide on some coefficients of expert \(experts) here: their sums are withheld"
        case .saturated(let asked, let fitted, let parameters, let rows, let bound):
            "\(Format.plural(asked, "expert")) would release \(Format.plural(parameters, "parameter")) of "
                + "\(Format.plural(rows, "row")), and \(Format.label(bound)) for each row and 10 fewer than rows are the most: fitted "
                + "with \(fitted)"
        case .covariancesWithheld(let experts):
            "expert \(experts) describes too few rows for the covariances of its columns: means, deviations and slopes are released of "
                + "it, no correlations"
        case .topCoded(let column):
            "one or two rows make up most of the spread of '\(column)': its extreme values are taken at a bound that ten rows share"
        case .columnDominated(let column, let experts):
            "one or two rows make up most of the spread of '\(column)' in expert \(experts): left out there"
        case .expertDominated(let left):
            "an expert was left out in which one or two rows make up most of the spread of the target: \(left) remain"
        case .refitBelowMinimumRows(let minimum):
            "without the penalty an expert would describe fewer than \(Format.label(minimum)) rows: the slopes that the penalty "
                + "left are not refitted"
        case .weightsAreNoCounts(let sum, let rows):
            "the weights of \(rows) rows sum to \(Format.label(sum)) and are no whole numbers: BIC and standard errors take a weight "
                + "of 2 for a duplicated row; scale the weights to a mean of 1, or use "
                + "\(RequestOption.standardErrors.setting("sandwich", style)), if they are no numbers of rows"
        case .expertCountAtEdge(let experts, let criterion, let tried):
            "\(experts) experts are the best by \(criterion.rawValue), at the edge of "
                + "\(tried.lowerBound)..\(tried.upperBound): try " + (experts == tried.upperBound ? "more" : "fewer")
        case .undeterminedStandardErrors(let columns):
            "no standard errors for coefficients of \(columns.map { "'\($0)'" }.joined(separator: ", ")): these rows do not "
                + "determine them"
        case .noStandardErrorsOffMaximum, .noStandardErrorsOfSoManyParameters:
            "no standard errors: \(reasonForNoErrors ?? "")"
        }
    }

    /// - Parameter prior: whether there is one.
    private static func remedy(_ prior: Bool, _ style: OptionStyle) -> String {
        prior
            ? ", a weak prior keeps it finite"
            : ", take it for very steep; \(RequestOption.slopePrior.setting("separated", style)) keeps it finite"
    }
}
