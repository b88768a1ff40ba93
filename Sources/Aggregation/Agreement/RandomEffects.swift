import Foundation
import Numerics

/// A random-effects meta-analysis of one number: y_m = μ + u_m + e_m, u_m of variance τ² between sites, e_m of the known variance v_m.
///
/// τ² by restricted maximum likelihood with an interval by the Q-profile (Viechtbauer 2007, Statistics in Medicine 26, 37-52), μ with the
/// modified Hartung-Knapp error (Röver, Knapp & Friede 2015, BMC Medical Research Methodology 15, 99), and the interval of a new site by
/// Higgins, Thompson & Spiegelhalter (2009, Journal of the Royal Statistical Society A 172, 137-159).
package struct RandomEffects: Sendable, Equatable {
    /// Of the sites: in the unit of y, as all that follows but where it says otherwise.
    package let mean: Double
    /// Of ``mean``, for sites like these; t of one less than there are sites.
    package let standardError: Double
    /// τ.
    package let deviation: Double
    package let deviationInterval: ClosedRange<Double>
    /// Cochran's Q: χ² of one less than there are sites if all are equal.
    package let statistic: Double
    /// I², the share of the spread of the y_m that is no error, in [0, 1].
    package let share: Double
    /// Where the number of a new site lies with 95 %; nil of fewer than five sites.
    package let predictionInterval: ClosedRange<Double>?
    package let sites: Int

    private static let level = 0.05
    private static let leastSitesOfPrediction = 5
    private static let iterations = 500

    /// nil of fewer than two sites, or without finite positive variances.
    package init?(_ values: [Double], variances: [Double]) {
        guard values.count > 1, values.allSatisfy(\.isFinite), variances.allSatisfy({ $0 > 0 && $0.isFinite }) else {
            return nil
        }
        let data = Data(values: values, variances: variances)
        let degrees = Double(values.count - 1)
        let (statistic, tau) = (data.statistic(0), data.restrictedMaximum(Self.iterations))
        let (mean, precision) = data.mean(tau)
        let scale = max(1, data.statistic(tau) / degrees)
        sites = values.count
        self.mean = mean
        self.statistic = statistic
        standardError = (scale / precision).squareRoot()
        share = statistic > degrees ? 1 - degrees / statistic : 0
        let (low, high) = (
            data.tau(atStatistic: SpecialFunctions.chiSquareQuantile(tail: 0.5 * Self.level, degrees: degrees)),
            data.tau(atStatistic: SpecialFunctions.chiSquareQuantile(tail: 1 - 0.5 * Self.level, degrees: degrees))
        )
        deviation = tau.squareRoot()
        deviationInterval = low.squareRoot()...max(low, high).squareRoot()
        guard values.count >= Self.leastSitesOfPrediction else {
            predictionInterval = nil
            return
        }
        let t = SpecialFunctions.studentQuantile(tail: 0.5 * Self.level, degrees: degrees - 1)
        let reach = t * (tau + 1 / precision).squareRoot()
        predictionInterval = mean - reach...mean + reach
    }

    /// Whether files can hold it.
    package var isFinite: Bool {
        [mean, standardError, deviationInterval.upperBound, statistic].allSatisfy(\.isFinite)
            && predictionInterval?.lowerBound.isFinite != false && predictionInterval?.upperBound.isFinite != false
    }

    private struct Data {
        let values: [Double]
        let variances: [Double]

        /// The mean at a τ², and Σ 1 / (v + τ²).
        func mean(_ tau: Double) -> (mean: Double, precision: Double) {
            let precision = variances.reduce(0) { $0 + 1 / ($1 + tau) }
            let shift = zip(values, variances).reduce(0) { $0 + ($1.0 - values[0]) / ($1.1 + tau) } / precision
            return (values[0] + shift, precision)
        }

        /// Σ (y - μ)² / (v + τ²), which falls with τ².
        func statistic(_ tau: Double) -> Double {
            let mean = mean(tau).mean
            return zip(values, variances).reduce(0) { $0 + ($1.0 - mean) * ($1.0 - mean) / ($1.1 + tau) }
        }

        /// 0 where even τ² = 0 is below.
        func tau(atStatistic bound: Double) -> Double {
            guard statistic(0) > bound else { return 0 }
            var (low, high) = (0.0, variances.max() ?? 1)
            while statistic(high) > bound, high < 1e200 { (low, high) = (high, 4 * high) }
            for _ in 0..<200 where high - low > 1e-12 * high {
                let middle = 0.5 * (low + high)
                if statistic(middle) > bound { low = middle } else { high = middle }
            }
            return 0.5 * (low + high)
        }

        /// τ² = Σ w² ((y - μ)² - v + 1/Σw) / Σ w² with w = 1 / (v + τ²), where the restricted likelihood has no slope, or 0.
        func restrictedMaximum(_ iterations: Int) -> Double {
            var tau = max(
                0,
                tau(atStatistic: Double(values.count - 1)))
            for _ in 0..<iterations {
                let (mean, precision) = mean(tau)
                var (sum, squares) = (0.0, 0.0)
                for (value, variance) in zip(values, variances) {
                    let weight = 1 / (variance + tau)
                    squares += weight * weight
                    sum += weight * weight * ((value - mean) * (value - mean) - variance + 1 / precision)
                }
                let next = max(0, sum / squares)
                if abs(next - tau) <= 1e-12 * (tau + next) { return next }
                tau = next
            }
            return tau
        }
    }
}
