import Messages
import MixtureOfExperts
import Numerics

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

    /// nil where gate and standard errors can be those of the rows.
    package init?(_ fitted: FittedMixture) {
        if ImpossibleGate(fitted).isImpossible {
            self = .gate
            return
        }
        guard let errors = fitted.errors else { return nil }
        let ratios = fitted.model.experts.indices.map { expert in
            InformationShare(fitted, errors, expert).ratios
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
    /// (Louis 1982). A sandwich may be smaller where the rows far from the center are the most regular.
    private static func least(_ source: ParameterUncertainty.Source) -> Double {
        source == .observed ? 0.1 : 1e-3
    }

    /// Of the variance of a linear combination of slopes to what it were if it were known which rows belong to which expert: the
    /// smallest of all, an eigenvalue of Σ J. Those of single slopes say nothing: they grow without bound where covariates are
    /// correlated; and those with the intercept hang on where the covariates have their origin. 0 where it is not known.
    private static func smallestRatio(_ fitted: FittedMixture, _ errors: ParameterUncertainty) -> Double {
        let layout = fitted.model.design.expertLayout
        var smallest = Double.infinity
        for (index, own) in errors.experts.enumerated() {
            // A dispersion comes after the coefficients.
            let coefficients = fitted.model.experts[index].coefficients.indices
            let slopes = coefficients.filter { !layout.isIntercept($0) && own.standardError($0) != nil }
            guard !slopes.isEmpty, let covariance = own.matrix?.submatrix(slopes),
                let information = fitted.completeInformation(of: index, slopes, layout)
            else { return 0 }
            // In units in which the information is 1 on the diagonal: those of the covariates differ by orders of magnitude.
            let units = slopes.indices.map { max(information[$0, $0], .leastNormalMagnitude).squareRoot() }
            var (scaled, spread) = (information, covariance)
            for row in slopes.indices {
                for column in slopes.indices {
                    scaled[row, column] /= units[row] * units[column]
                    spread[row, column] *= units[row] * units[column]
                }
            }
            guard let factor = Cholesky(scaled)?.factor else { return 0 }
            let values = symmetricEigen(factor.transposed() * (spread * factor)).values
            guard let least = values.first, least.isFinite else { return 0 }
            smallest = min(smallest, least * InformationShare.unit(fitted.moments[index], errors.source))
        }
        return smallest.isFinite ? smallest : 0
    }

    /// With one expert nothing is missing. Experts that overlap lose information to each other; of those that the rows barely tell apart,
    /// which are a distance of rows^(-¼) apart, all but the root of it. A sandwich grows with the overdispersion of the responses.
    private static func largest(_ fitted: FittedMixture, _ source: ParameterUncertainty.Source) -> Double {
        guard source == .observed else { return 1e6 }
        let rows = fitted.moments.reduce(0) { $0 + $1.effectiveRows }
        return fitted.model.expertCount == 1 ? 4 : max(100, 10 * rows.squareRoot())
    }
}

extension FittedMixture {
    /// Of slopes of an expert with its intercepts free, if it were known which rows are its own; nil where it has none.
    fileprivate func completeInformation(of index: Int, _ slopes: [Int], _ layout: CoefficientLayout) -> Matrix? {
        guard moments[index].weight > 0 else { return nil }
        if information.isEmpty {
            let columns = slopes.compactMap { layout.covariate($0).map { model.design.expertCovariates[$0] } }
            return (1 / model.experts[index].dispersion)
                * moments[index].scatter.submatrix(rows: columns, columns: columns)
        }
        let own = information[index]
        let intercepts = layout.intercepts(model.experts[index].coefficients.count).filter { own[$0, $0] > 0 }
        guard let factor = Cholesky(own.submatrix(rows: intercepts, columns: intercepts)) else { return nil }
        var result = own.submatrix(rows: slopes, columns: slopes)
        for (column, second) in slopes.enumerated() {
            let solved = factor.solve(intercepts.map { own[$0, second] })
            for (row, first) in slopes.enumerated() {
                result[row, column] -= zip(intercepts, solved).reduce(0) { $0 + own[first, $1.0] * $1.1 }
            }
        }
        return result
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
        }
    }
}

/// The variances of an expert's coefficients beside those of its rows, if it were known which these are.
private struct InformationShare {
    /// Of each coefficient with a known error; at least 1 but for rounding.
    private(set) var ratios: [Double] = []

    /// Of the information: a sandwich takes weights for probabilities of being drawn, whose unit says nothing of the rows.
    static func unit(_ moments: Moments, _ source: ParameterUncertainty.Source) -> Double {
        source == .sandwich && moments.weight > 0 ? moments.effectiveRows / moments.weight : 1
    }

    init(_ fitted: FittedMixture, _ errors: ParameterUncertainty, _ index: Int) {
        let (expert, moments, own) = (fitted.model.experts[index], fitted.moments[index], errors.experts[index])
        let design = fitted.model.design
        guard moments.weight > 0 else { return }
        let layout = design.expertLayout
        let unit = Self.unit(moments, errors.source)
        for coefficient in expert.coefficients.indices {
            guard let error = own.standardError(coefficient) else { continue }
            let information: Double
            let intercept = layout.intercept(of: layout.predictor(coefficient))
            if fitted.information.isEmpty {
                information =
                    (layout.covariate(coefficient).map {
                        let column = design.expertCovariates[$0]
                        return moments.scatter[column, column]
                    } ?? moments.weight) / expert.dispersion
            } else {
                let sums = fitted.information[index]
                let common = sums[coefficient, intercept]
                let shared =
                    coefficient == intercept || sums[intercept, intercept] <= 0
                    ? 0 : common * (common / sums[intercept, intercept])
                information = sums[coefficient, coefficient] - shared
            }
            // What is left of nearly equal terms is their rounding.
            guard information > 0,
                fitted.information.isEmpty
                    || information > 1e-9 * fitted.information[index][coefficient, coefficient]
            else { continue }
            ratios.append(error * error * (information * unit))
        }
    }
}

/// Where the covariates lie at each site and how much they vary, beside the others.
///
/// A divergence says nothing of a covariate that no expert of the site reads, but its sketch counts all the same: it sets the pooled units and
/// where the support lies.
struct CovariateScales {
    /// Of mean squared distances. Columns that are 0 but in few rows differ by 100,000 times between honest sites; beyond a million times
    /// the digits of the others are lost in the pooled units.
    private static let largestRatio = 1e12
    /// With fewer others nobody can say whose the usual scale is.
    private static let leastOthers = 3

    /// Of each site, by covariate: mean squared distance from the median of the means of all sites.
    private let distances: [[String: Double]]

    init(_ contributions: [Contribution]) {
        let sites = contributions.map { site in
            let design = site.fitted.model.design
            let moments = Moments.sum(site.fitted.moments, count: design.covariateCount + 1)
            let pairs = design.covariates.enumerated().map { column, name in
                (name, (mean: moments.mean[column], variance: moments.scatter[column, column] / moments.weight))
            }
            return Dictionary(pairs) { first, _ in first }
        }
        let means = sites.joined().reduce(into: [String: [Double]]()) { $0[$1.key, default: []].append($1.value.mean) }
        let centers = means.mapValues { $0.sorted()[$0.count / 2] }
        distances = sites.map { site in
            site.reduce(into: [:]) { result, own in
                let shift = own.value.mean - (centers[own.key] ?? own.value.mean)
                result[own.key] = own.value.variance + shift * shift
            }
        }
    }

    /// Why the model of a site is not of the scale of the others; nil where it is.
    func problem(_ site: Int) -> ImpossibleModel? {
        let others = distances.indices.filter { $0 != site }
        for (name, own) in distances[site].sorted(by: { $0.key < $1.key }) {
            let known = others.compactMap { distances[$0][name] }.filter { $0 > 0 }.sorted()
            guard known.count >= Self.leastOthers else { continue }
            if own > Self.largestRatio * known[known.count / 2] { return .otherScale(covariate: name) }
        }
        return nil
    }
}
