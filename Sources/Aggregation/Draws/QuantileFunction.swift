import Foundation
import MixtureOfExperts
import Numerics

/// x = Q(Φ(z)) for standard normal z: how a covariate of a component is drawn.
///
/// Of bins the means are kept, and as far as possible the variance of the moments: within a bin values are uniform, towards the tails
/// they are a + d·e^κ/Γ(1 + κ) with e exponential and κ such that the variance is that of the moments.
struct QuantileFunction: Sendable {
    enum Shape: Sendable {
        case constant
        case normal
        /// The higher value where z is above the threshold.
        case twoValued(low: Double, high: Double, threshold: Double)
        case bins(BinnedQuantiles)
    }

    let mean: Double
    let deviation: Double
    let shape: Shape
    /// E[Q h_k], h_k the normalised Hermite polynomials, from k = 1 (Cario & Nelson 1997 take the same correlations by quadrature).
    let coefficients: [Double]

    init(_ marginal: Marginal?, mean: Double, variance: Double) {
        self.mean = mean
        deviation = max(variance, 0).squareRoot()
        guard deviation > 0 else {
            shape = .constant
            coefficients = []
            return
        }
        if let values = marginal?.twoValues, (values.low...values.high).contains(mean) {
            let share = (mean - values.low) / (values.high - values.low)
            guard share > 0, share < 1 else {
                shape = .constant
                coefficients = []
                return
            }
            let threshold = -Scalar.normalQuantile(share)
            shape = .twoValued(low: values.low, high: values.high, threshold: threshold)
            coefficients = HermiteSeries.ofStep(at: threshold).map { (values.high - values.low) * $0 }
        } else if let bins = marginal.flatMap({ BinnedQuantiles($0, mean: mean, variance: variance) }) {
            shape = .bins(bins)
            coefficients = HermiteSeries.grid.coefficients(of: bins)
        } else {
            shape = .normal
            coefficients = [deviation] + [Double](repeating: 0, count: HermiteSeries.terms - 1)
        }
    }

    func callAsFunction(_ z: Double) -> Double {
        switch shape {
        case .constant: mean
        case .normal: mean + deviation * z
        case .twoValued(let low, let high, let threshold): z > threshold ? high : low
        case .bins(let bins): bins.value(below: Scalar.normalDistribution(z), above: Scalar.normalDistribution(-z))
        }
    }

    /// The correlation of two normal scores under which the covariance is `covariance`.
    func latentCorrelation(_ other: QuantileFunction, covariance: Double) -> Double {
        guard !coefficients.isEmpty, !other.coefficients.isEmpty else { return 0 }
        if case .twoValued(let low, let high, let first) = shape,
            case .twoValued(let otherLow, let otherHigh, let second) = other.shape
        {
            return HermiteSeries.tetrachoric(first, second, covariance / ((high - low) * (otherHigh - otherLow)))
        }
        return HermiteSeries.root(zip(coefficients, other.coefficients).map(*), covariance)
    }
}
