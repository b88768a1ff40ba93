import MixtureOfExperts
import Numerics

/// The residuals of a Gaussian expert beside its own moments.
///
/// An M-step leaves residuals with Σ w (y − β'z) = 0 and Σ w (y − β'z)² = σ² Σ w, whatever holds the slopes: a penalty, a prior, or that they are withheld.
/// The moments of a file follow the last M-step. What is left of a residual, in parts of the root of the dispersion, costs half its square per
/// row: 0.3 are 0.05 nats. A fit that says that it did not converge is as far from its moments as its last step was long, some standard deviations;
/// an aggregate is made of the moments of many sites, and its slopes of their average: its bounds are of what no rows have.
struct ImpossibleResiduals {
    private let fitted: FittedMixture
    private let design: Design
    /// Of a mean residual to the root of the dispersion.
    private let largestMean: Double
    /// Of the mean square of the residuals to the dispersion.
    private let largestRatio: Double
    /// The floor of a dispersion, far below the variance of the responses, is above any residuals.
    private let floor: Double

    init(_ fitted: FittedMixture, _ origin: ModelOrigin) {
        self.fitted = fitted
        design = fitted.model.design
        (largestMean, largestRatio) = Self.bounds(origin)
        let total = Moments.sum(fitted.moments, count: design.covariateCount + 1)
        let response = design.covariateCount
        floor = total.weight > 0 ? Self.largestFloor * total.scatter[response, response] / total.weight : 0
    }

    private static func bounds(_ origin: ModelOrigin) -> (mean: Double, ratio: Double) {
        switch origin {
        case .fit: (0.3, 2)
        case .stoppedFit: (3, 100)
        case .aggregate: (100, 1e6)
        }
    }

    /// Of the variance of the responses of all rows.
    private static let largestFloor = 1e-3
    /// Of terms that cancel.
    private static let rounding = 1e-7

    /// The first expert, from 0, that cannot have its moments; nil where there is none, and for other families.
    var expert: Int? {
        guard fitted.model.family is GaussianFamily, design.offset == nil else { return nil }
        return fitted.moments.indices.first { !isPossible($0) }
    }

    private func isPossible(_ index: Int) -> Bool {
        let (moments, expert) = (fitted.moments[index], fitted.model.experts[index])
        // A response that too few rows differ in is withheld as a constant.
        guard moments.weight > 0, moments.scatter[design.covariateCount, design.covariateCount] > 0 else { return true }
        let (slopes, response) = (expert.coefficients.dropFirst(), design.covariateCount)
        let terms = zip(slopes, design.expertCovariates).map { $0 * moments.mean[$1] }
        let mean = moments.mean[response] - terms.reduce(expert.coefficients[0], +)
        let size = terms.reduce(abs(moments.mean[response]) + abs(expert.coefficients[0])) { $0 + abs($1) }
        let step = 3 * min(fitted.roundingStep ?? 0, 1) / max(moments.effectiveRows, 1).squareRoot()
        let leeway = (largestMean + step) * expert.dispersion.squareRoot() + Self.rounding * size
        guard mean.isFinite, abs(mean) <= leeway else { return false }
        return fitted.withheldCovariances.contains(index) || isPossibleSquare(moments, expert)
    }

    private func isPossibleSquare(_ moments: Moments, _ expert: Expert) -> Bool {
        let square = moments.meanSquaredResidual(of: expert.coefficients, on: design.expertCovariates)
        // Of what the fit left unexplained of the responses.
        let rounding = Self.rounding * moments.scatter[design.covariateCount, design.covariateCount] / moments.weight
        guard square.isFinite, square <= largestRatio * expert.dispersion + rounding else { return false }
        return expert.dispersion <= floor || expert.dispersion <= largestRatio * square + rounding
    }
}
