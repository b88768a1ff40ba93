import Foundation
import Numerics

/// A step on the observed information that cannot be tried: Newton's with cubic regularisation (Nesterov & Polyak 2006, Mathematical Programming 108).
///
/// ```text
/// maximise  g'd - ½ d'Hd - (M/6) R(d) d'Cd       R(d) the root mean square of what d changes in the log density of a row
/// d = (H + λ C)⁻¹ g,   λ = (M/2) R(d)
/// ```
///
/// g the gradient, H the observed and C the complete-data information of all parameters. Along a line the log-likelihood of a row,
/// ℓ = log Σ_k exp(a_k), has ℓ''' = E a''' + 3 Cov(a', a'') + κ₃(a') under its posteriors. With |a'''| ≤ R |a''| for each family, see ``StepBound``, and
/// R the largest change of a log density, this is at most R (4 E|a''| + Var a'). Over the rows E|a''| adds up to d'Cd and Var a' to the
/// missing information d'(C - H)d (Louis 1982), which is below d'Cd near a maximum: at most 5 R d'Cd. Far from the maximum R is large and
/// the step short, at it the step is Newton's; where H is not positive definite λ makes it so.
///
/// M = 5 takes three worst cases together. What a step fell short of its quadratic model shows M along it, and the next step takes that, though no less
/// than a tenth of the M before (Cartis, Gould & Toint 2011, Mathematical Programming 127).
struct CubicStep {
    let gradient: [Double]
    let observed: Matrix
    let complete: Matrix
    /// Parameters of the parts that have rows of their own, the gate's and each expert's, with the weight of these rows.
    let parts: [(parameters: [Int], weight: Double)]

    /// M.
    var thirdDerivative = largestThirdDerivative

    struct Result {
        var direction: [Double]
        /// g'd - ½ d'Hd.
        var quadraticGain: Double
        /// R(d) d'Cd / 6.
        var cubicUnit: Double
    }

    static let largestThirdDerivative = 5.0
    private static let bisections = 100

    /// nil where the complete-data information is not positive definite, or no step leads up.
    func result() -> Result? {
        let scale = gradient.indices.map { 1 / complete[$0, $0].squareRoot() }
        guard scale.allSatisfy(\.isFinite), gradient.allSatisfy(\.isFinite),
            let factor = Cholesky(complete.scaled(by: scale))
        else { return nil }
        // In the coordinates of the factor the complete-data information is the identity.
        let half = Matrix(columns: columns(of: observed.scaled(by: scale)).map(factor.solveLower)).transposed()
        let (values, vectors) = symmetricEigen(Matrix(columns: columns(of: half).map(factor.solveLower)))
        guard values.allSatisfy(\.isFinite) else { return nil }
        let slope = vectors.transposed() * factor.solveLower(zip(gradient, scale).map(*))
        func coordinates(_ damping: Double) -> [Double] { zip(slope, values).map { $0 / ($1 + damping) } }
        func direction(_ coordinates: [Double]) -> [Double] {
            zip(factor.solve(factor.multiplyLower(vectors * coordinates)), scale).map(*)
        }
        func excess(_ damping: Double) -> Double {
            damping - 0.5 * thirdDerivative * reach(direction(coordinates(damping)))
        }
        guard let damping = root(above: max(0, -(values.first ?? 0)), excess) else { return nil }
        let own = coordinates(damping)
        let step = direction(own)
        let square = own.reduce(0) { $0 + $1 * $1 }
        let quadratic = zip(zip(own, slope), values).reduce(0) { $0 + $1.0.0 * ($1.0.1 - 0.5 * $1.1 * $1.0.0) }
        let unit = reach(step) * square / 6
        guard quadratic > thirdDerivative * unit, step.allSatisfy(\.isFinite) else { return nil }
        return Result(direction: step, quadraticGain: quadratic, cubicUnit: unit)
    }

    private func columns(of matrix: Matrix) -> [[Double]] { (0..<matrix.columnCount).map { Array(matrix.column($0)) } }

    /// The root mean square over the rows of a part of what a step changes in the log density: the largest.
    private func reach(_ step: [Double]) -> Double {
        parts.reduce(0.0) { largest, part in
            var sum = 0.0
            for row in part.parameters {
                for column in part.parameters { sum += step[row] * complete[row, column] * step[column] }
            }
            return part.weight > 0 ? max(largest, (max(0, sum) / part.weight).squareRoot()) : largest
        }
    }

    /// Where a rising function passes 0 above a bound; nil where it does not.
    private func root(above bound: Double, _ function: (Double) -> Double) -> Double? {
        var low = bound
        if low == 0, function(0) >= 0 { return 0 }
        var high = max(2 * bound, 1e-3)
        for _ in 0..<Self.bisections where !(function(high) >= 0) {
            low = high
            high *= 4
        }
        guard function(high) >= 0 else { return nil }
        for _ in 0..<Self.bisections where high - low > 1e-12 * high {
            let middle = 0.5 * (low + high)
            if function(middle) >= 0 { high = middle } else { low = middle }
        }
        return high
    }
}
