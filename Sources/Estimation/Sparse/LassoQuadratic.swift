import Numerics

/// The minimum over θ of ½ (θ - θ₀)'H(θ - θ₀) - g'(θ - θ₀) + Σ_j λ_j |θ_j|, H positive semidefinite.
///
/// Coordinate descent with soft thresholds (Friedman, Hastie & Tibshirani 2010) finds which coordinates are 0 and the signs of
/// the others; given those the minimum is a linear system, solved as soon as a sweep changes no sign.
struct LassoQuadratic {
    /// H.
    let curvature: Matrix
    /// g.
    let gradient: [Double]
    /// λ; 0 for a coordinate that is free.
    let weights: [Double]

    private static let mostSweeps = 1000
    /// Of a sweep, in units of what the first one gained.
    private static let tolerance = 1e-14

    /// - Parameter start: θ₀.
    func minimum(from start: [Double]) -> [Double] {
        var values = start
        var slope = gradient
        var largest = 0.0
        var signs = values.map(Self.sign)
        for _ in 0..<Self.mostSweeps {
            let gain = sweep(&values, &slope)
            largest = max(largest, gain)
            if gain <= Self.tolerance * largest { break }
            let now = values.map(Self.sign)
            if now == signs, let solved = solution(signs: signs, start) {
                if solved.isMinimum { return solved.values }
                values = solved.values
                slope = self.slope(at: values, start)
            }
            signs = now
        }
        return values
    }

    private static func sign(_ value: Double) -> Int { value > 0 ? 1 : (value < 0 ? -1 : 0) }

    /// g - H(θ - θ₀).
    private func slope(at values: [Double], _ start: [Double]) -> [Double] {
        zip(gradient, curvature * zip(values, start).map(-)).map(-)
    }

    /// Each coordinate to its minimum in turn; returns a bound on what that gained.
    private func sweep(_ values: inout [Double], _ slope: inout [Double]) -> Double {
        var gain = 0.0
        for index in values.indices {
            let own = curvature[index, index]
            let new: Double
            if own > 0 {
                let target = own * values[index] + slope[index]
                let excess = abs(target) - weights[index]
                new = excess > 0 ? (target > 0 ? excess : -excess) / own : 0
            } else {
                // No row determines it.
                new = weights[index] > 0 ? 0 : values[index]
            }
            let change = new - values[index]
            guard change != 0 else { continue }
            values[index] = new
            for other in values.indices { slope[other] -= change * curvature[other, index] }
            gain += own * change * change
        }
        return gain
    }

    /// The minimum among points of these signs; nil where it has others, or the signs do not determine it.
    private func solution(signs: [Int], _ start: [Double]) -> (values: [Double], isMinimum: Bool)? {
        let free = signs.indices.filter { (signs[$0] != 0 || weights[$0] == 0) && curvature[$0, $0] > 0 }
        guard !free.isEmpty else { return nil }
        let system = curvature.submatrix(free)
        guard let factor = Cholesky(system, condition: ScaledFactor.CutOff.solution.condition) else { return nil }
        // From a point that is 0 where the signs are.
        var values = signs.indices.map { signs[$0] == 0 && weights[$0] > 0 ? 0 : start[$0] }
        let slope = self.slope(at: values, start)
        let step = factor.solve(free.map { slope[$0] - weights[$0] * Double(signs[$0]) })
        for (index, change) in zip(free, step) { values[index] += change }
        guard free.allSatisfy({ weights[$0] == 0 || Self.sign(values[$0]) == signs[$0] }) else { return nil }
        let rest = self.slope(at: values, start)
        let isMinimum = signs.indices.allSatisfy {
            signs[$0] != 0 || weights[$0] == 0 || abs(rest[$0]) <= weights[$0] * (1 + 1e-10)
        }
        return (values, isMinimum)
    }
}
