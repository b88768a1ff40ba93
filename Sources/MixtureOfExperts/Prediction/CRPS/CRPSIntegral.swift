import Foundation
import Numerics

/// ∫ (F(t) - 1{y ≤ t})² dt of a continuous distribution function.
struct CRPSIntegral {
    /// Where F is neither 0 nor 1.
    var from: Double
    var to: Double
    /// Values between which F is smooth at one scale.
    var breaks: [Double]
    /// Whether the logarithm is the scale on which F is smooth, as where a density runs to infinity at 0.
    var isPositive: Bool
    /// Of what two rules may differ by on an interval.
    var tolerance: Double
    /// F.
    var probability: (Double) -> Double

    init(
        from: Double, to: Double, breaks: [Double], isPositive: Bool, tolerance: Double,
        probability: @escaping (Double) -> Double
    ) {
        self.from = from
        self.to = to
        self.breaks = breaks
        self.isPositive = isPositive
        self.tolerance = tolerance
        self.probability = probability
    }

    /// Cut at y, where the integrand jumps.
    func value(_ response: Double) -> Double {
        let outside = max(0, from - response) + max(0, response - to)
        let cuts = [from] + (breaks + [response]).filter { $0 > from && $0 < to }.sorted() + [to]
        let inside = AdaptiveQuadrature.integral(
            over: isPositive ? cuts.map { log($0) } : cuts, tolerance: tolerance
        ) { node in
            let value = isPositive ? exp(node) : node
            let probability = probability(value)
            let distance = value < response ? probability : 1 - probability
            return distance * distance * (isPositive ? value : 1)
        }
        return outside + inside
    }
}
