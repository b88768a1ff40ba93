import Foundation
import MixtureOfExperts
import Numerics

/// A gate beside the covariates and the weights of its experts, all of the same rows.
///
/// A fitted gate describes its own rows no worse than the experts' shares alone do, for those are a gate without slopes. Its log-likelihood,
/// Σ τ log π over rows and experts, is not in the file, but is bounded by what is.
struct ImpossibleGate {
    /// Nats per row below the shares, for a fit that did not converge.
    private static let unconverged = 1.0
    /// The same where covariates are taken for normal.
    ///
    /// Under heavy tails their standard deviation is that of the tails and the gate's scale
    /// that of the middle: honest Cauchy columns of 3000 rows come to 80.
    private static let heavyTails = 1e8
    /// Of a squared ratio of coefficient and standard error to its bound, for rounding.
    private static let leeway = 4.0

    private let fitted: FittedMixture
    private let columns: [Int]

    init(_ fitted: FittedMixture) {
        self.fitted = fitted
        columns = fitted.model.design.gateCovariates
    }

    var isImpossible: Bool {
        guard fitted.model.expertCount > 1 else { return false }
        let total = fitted.moments.reduce(0) { $0 + $1.weight }
        guard total > 0 else { return false }
        var (shares, bound, normal) = (0.0, 0.0, 0.0)
        for (expert, moments) in fitted.moments.enumerated() where moments.weight > 0 {
            let share = moments.weight / total
            shares += share * log(share)
            let deficits = deficits(of: expert, moments)
            bound -= share * deficits.atMean
            normal -= share * deficits.normal
        }
        // Also where a product of extremes is no number.
        let isPossible = bound >= shares - Self.unconverged && normal >= shares - Self.heavyTails
        return !isPossible || errorsAreTooSmall
    }

    /// At least the mean of -log π of an expert over its rows: of the largest (η_l - η_k)₊, which is convex in x, first at their mean (Jensen),
    /// then over normal covariates.
    private func deficits(of expert: Int, _ moments: Moments) -> (atMean: Double, normal: Double) {
        let coefficients = fitted.model.gate.coefficients
        let covariance = moments.covariance(of: columns)
        var result = (atMean: 0.0, normal: 0.0)
        for other in 0..<coefficients.columnCount where other != expert {
            let slopes = columns.indices.map { coefficients[$0 + 1, other] - coefficients[$0 + 1, expert] }
            let intercept = coefficients[0, other] - coefficients[0, expert]
            let mean =
                zip(slopes, columns).reduce(intercept) { $0 + $1.0 * moments.mean[$1.1] }
                - unknownPart(slopes, moments)
            let variance = zip(slopes, covariance * slopes).reduce(0) { $0 + $1.0 * $1.1 }
            let normal = Self.positivePart(mean: mean, deviation: max(variance, 0).squareRoot())
            guard mean > -.infinity else { continue }
            guard mean.isFinite, normal.isFinite else { return (.infinity, .infinity) }
            result = (max(result.atMean, mean), max(result.normal, normal))
        }
        return result
    }

    /// What the mean of η may be off by where moments of columns are withheld: of a two-valued column all of its range,
    /// of others nothing is known.
    private func unknownPart(_ slopes: [Double], _ moments: Moments) -> Double {
        zip(slopes, columns).reduce(0) { sum, entry in
            let (slope, column) = entry
            guard slope != 0, moments.scatter[column, column] == 0 else { return sum }
            let isTwoValued = (0...1).contains(moments.mean[column])
            return sum + (isTwoValued ? abs(slope) : .infinity)
        }
    }

    /// E (η)₊ of a normal η.
    private static func positivePart(mean: Double, deviation: Double) -> Double {
        guard deviation > 0 else { return max(mean, 0) }
        let ratio = mean / deviation
        let density = exp(-0.5 * ratio * ratio) / (2 * Double.pi).squareRoot()
        return deviation * density + mean * Scalar.normalDistribution(ratio)
    }

    /// Whether a slope is more standard errors from 0 than a softmax allows.
    ///
    /// Its information, the other coefficients free, times its square is at most Σ w Var_π(η): what the slope adds to η is all of η but for a
    /// combination of the others. A variance under its own softmax is at most ¼ (log K + 2.4)², and information that is missing (Louis 1982)
    /// only makes errors larger.
    private var errorsAreTooSmall: Bool {
        guard let errors = fitted.errors, errors.source == .observed else { return false }
        let coefficients = fitted.model.gate.coefficients
        let layout = CoefficientLayout(regressors: coefficients.rowCount)
        guard errors.gate.count == (coefficients.columnCount - 1) * coefficients.rowCount else { return false }
        let root = log(Double(fitted.model.expertCount)) + 2.4
        let bound = Self.leeway * fitted.weight * root * root / 4
        for expert in 0..<(coefficients.columnCount - 1) {
            for (row, index) in layout.coefficients(of: expert).enumerated().dropFirst() {
                guard let error = errors.gate.standardError(index) else { continue }
                let ratio = coefficients[row, expert] / error
                guard ratio * ratio <= bound else { return true }
            }
        }
        return false
    }
}
