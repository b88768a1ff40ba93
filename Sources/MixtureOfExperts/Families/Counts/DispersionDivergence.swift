import Foundation
import Numerics

/// KL between negative binomials of one mean μ and dispersions 1/r and 1/r', by one integral.
///
/// With log(1 + αj) = ∫ (1 - e^-js) e^-rs ds / s and E e^-sY = G(s) = (1 + μ (1 - e^-s) / r)^-r it is
///
/// ∫ [(e^-rs - e^-r's) A(s) - (r e^-rs - r' e^-r's) B(s)] ds / s,  A = μ e^-μs - (1 - G) / (1 - e^-s),  B = 1 - e^-μs,
///
/// whatever the mean is; sums over counts take as many terms as there are. The integrand is analytic in log s for |Im| < π/2, so that the rule
/// of trapezoids errs by e^-π²/h (Trefethen & Weideman 2014, SIAM Review 56).
struct DispersionDivergence {
    private let source: Double
    private let target: Double

    /// h.
    static let step = 0.3
    /// Of αμ and α'μ: up to it ¼ (α - α')² μ² is as good.
    private static let smallest = 1e-4

    /// A dispersion at which the family has become its limit: the nodes are as many as its logarithm and that of its inverse are long.
    private static func usable(_ dispersion: Double) -> Double { min(max(dispersion, 1e-30), 1e30) }

    init(from source: Double, to target: Double) {
        (self.source, self.target) = (source, target)
    }

    func write(_ means: UnsafePointer<Double>, count: Int, into result: UnsafeMutablePointer<Double>) {
        for row in 0..<count { result[row] = 0 }
        let largest = (0..<count).reduce(0) { max($0, means[$1]) }
        guard source != target, largest > 0 else { return }
        let dispersion = max(source, target)
        if dispersion * max(largest, 1) > Self.smallest { integrate(means, largest, count: count, into: result) }
        let scale = 0.25 * (source - target) * (source - target)
        for row in 0..<count {
            // Rounding may leave near equals a little below 0.
            result[row] =
                dispersion * max(means[row], 1) > Self.smallest
                ? max(0, result[row]) : scale * means[row] * means[row]
        }
    }

    private func integrate(
        _ means: UnsafePointer<Double>, _ largest: Double, count: Int, into result: UnsafeMutablePointer<Double>
    ) {
        let source = Self.usable(source)
        let (shape, other) = (1 / source, 1 / Self.usable(target))
        let first = 2e-5 / max(shape, other, largest)
        let nodes = Int((log(40 / min(shape, other) / first) / Self.step).rounded(.up))
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * count) { memory in
            let (powers, decays) = (memory.baseAddress!, memory.baseAddress! + count)
            // Below the first node the integrand is a s + b s², which the first two show: the nodes there are geometric series.
            let ratio = exp(Self.step)
            let (line, square) = (1 / (ratio - 1), 1 / (ratio * ratio - 1))
            for node in 0...nodes {
                let s = first * exp(Self.step * Double(node))
                let (own, others) = (exp(-shape * s), exp(-other * s))
                let (difference, scaled) = (own - others, shape * own - other * others)
                let complement = -expm1(-s)
                Self.decays(means, s, complement, source, count: count, powers, decays)
                let weight = Self.step * Self.endWeight(node, ratio: ratio, line: line, square: square)
                for row in 0..<count {
                    let a = means[row] * (1 - decays[row]) - powers[row] / complement
                    result[row] += weight * (difference * a - scaled * decays[row])
                }
            }
        }
    }

    /// Beside 1, what the nodes below the first one add to it and to the second, f(s) = a s + b s² through both.
    private static func endWeight(_ node: Int, ratio: Double, line: Double, square: Double) -> Double {
        // f₀ = a + b and f₁ = q a + q² b in units of the first node: b = (f₁ - q f₀) / (q² - q), a = f₀ - b; the sum is a line + b square.
        let curvature = 1 / (ratio * ratio - ratio)
        return switch node {
        case 0: 1 + line + ratio * curvature * (line - square)
        case 1: 1 - curvature * (line - square)
        default: 1
        }
    }

    /// 1 - G(s) and 1 - e^-μs.
    private static func decays(
        _ means: UnsafePointer<Double>, _ s: Double, _ complement: Double, _ dispersion: Double, count: Int,
        _ powers: UnsafeMutablePointer<Double>, _ decays: UnsafeMutablePointer<Double>
    ) {
        for row in 0..<count { decays[row] = complement * means[row] }
        NegativeBinomialFamily.logSlopes(decays, times: dispersion, count: count, into: powers)
        for row in 0..<count {
            powers[row] *= decays[row]
            decays[row] = s * means[row]
        }
        NegativeBinomialFamily.complements(powers, count: count, into: powers)
        NegativeBinomialFamily.complements(decays, count: count, into: decays)
    }
}
