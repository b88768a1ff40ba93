import Messages
import MixtureOfExperts

/// Why a local model cannot be of the rows that it claims, whatever other sites say.
public enum ImpossibleModel: Sendable, Equatable, Codable {
    /// Standard errors of an expert, from 1, below those of rows whose experts are known.
    case errorsTooSmall(expert: Int)
    /// A covariate that lies or varies by orders of magnitude farther than at other sites.
    case otherScale(covariate: String)
    /// Standard errors of all experts far above those that so many rows leave.
    case errorsTooLarge
    /// A gate that rows of such covariates and experts cannot have led to.
    case gate
    /// Coefficients of an expert, from 1, that its information or its moments contradict.
    case coefficients(expert: Int)

    /// nil where gate, coefficients and standard errors can be those of the rows.
    ///
    /// - Parameters:
    ///   - released: without what a coordinator filled in; nil where nothing was.
    ///   - origin: how near it is to its moments.
    package init?(_ fitted: FittedMixture, released: FittedMixture? = nil, origin: ModelOrigin = .fit) {
        if ImpossibleGate(fitted).isImpossible {
            self = .gate
            return
        }
        if let expert = ImpossibleCoefficients.expert(fitted)
            ?? ImpossibleResiduals(released ?? fitted, origin).expert
        {
            self = .coefficients(expert: expert + 1)
            return
        }
        guard let errors = fitted.errors else { return nil }
        let ratios = fitted.model.experts.indices.map { expert in
            CompleteInformation(fitted, expert: expert)?.ratios(errors.experts[expert], errors.source) ?? []
        }
        // Single ones may be those of a separated class, or of one solution of many.
        let bound = Self.least(errors.source)
        if let expert = ratios.firstIndex(where: { !$0.isEmpty && $0.allSatisfy { $0 < bound } }) {
            self = .errorsTooSmall(expert: expert + 1)
        } else if Self.smallestRatio(fitted, errors) > Self.largest(fitted, errors.source) {
            self = .errorsTooLarge
        } else {
            return nil
        }
    }

    /// Of the variance where it is known which rows belong to which expert: the observed information is less, by the missing information
    /// (Louis 1982).
    ///
    /// A sandwich may be smaller where the rows far from the center are the most regular.
    private static func least(_ source: ParameterUncertainty.Source) -> Double {
        source == .observed ? 0.1 : 1e-3
    }

    /// Of the variance of a linear combination of slopes to what it were if it were known which rows belong to which expert: the
    /// smallest of all, an eigenvalue of Σ J.
    ///
    /// Those of single slopes say nothing: they grow without bound where covariates are correlated; and those with the intercept
    /// hang on where the covariates have their origin. 0 where it is not known.
    private static func smallestRatio(_ fitted: FittedMixture, _ errors: ParameterUncertainty) -> Double {
        let layout = fitted.model.design.expertLayout
        var smallest = Double.infinity
        for (index, own) in errors.experts.enumerated() {
            // A dispersion comes after the coefficients.
            let coefficients = fitted.model.experts[index].coefficients.indices
            let slopes = coefficients.filter { !layout.isIntercept($0) && own.standardError($0) != nil }
            guard !slopes.isEmpty, let covariance = own.matrix?.submatrix(slopes),
                let ratio = CompleteInformation(fitted, expert: index)?.smallestRatio(covariance, slopes, errors.source)
            else { return 0 }
            smallest = min(smallest, ratio)
        }
        return smallest.isFinite ? smallest : 0
    }

    /// With one expert nothing is missing.
    ///
    /// Experts that overlap lose information to each other; of those that the rows barely tell apart, which are a distance of rows^(-¼)
    /// apart, all but the root of it. A sandwich grows with the overdispersion of the responses.
    private static func largest(_ fitted: FittedMixture, _ source: ParameterUncertainty.Source) -> Double {
        guard source == .observed else { return 1e6 }
        let rows = fitted.moments.reduce(0) { $0 + $1.effectiveRows }
        return fitted.model.expertCount == 1 ? 4 : max(100, 10 * rows.squareRoot())
    }
}

extension ImpossibleModel: DoorMessage {
    /// A clause without its subject.
    public func text(_ style: OptionStyle) -> String {
        switch self {
        case .errorsTooSmall(let expert):
            "the standard errors of expert \(expert) are smaller than its rows allow"
        case .otherScale(let covariate):
            "covariate '\(covariate)' lies or varies more than a million times as far as at the other sites"
        case .errorsTooLarge: "its standard errors are those of far fewer rows"
        case .gate: "its gate cannot be that of the rows of its experts"
        case .coefficients(let expert): "the coefficients of expert \(expert) contradict its own statistics"
        }
    }
}
