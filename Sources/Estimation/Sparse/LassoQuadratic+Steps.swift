import MixtureOfExperts
import Numerics

extension LassoQuadratic {
    /// θ - θ₀ for coefficients of some linear predictors after each other.
    ///
    /// - Parameter weight: of a slope.
    static func step(
        _ curvature: Matrix, _ gradient: [Double], from start: [Double], _ layout: CoefficientLayout,
        weight: (_ slope: Double) -> Double
    ) -> [Double] {
        let weights = start.indices.map { layout.isIntercept($0) ? 0 : weight(start[$0]) }
        let minimum = LassoQuadratic(curvature: curvature, gradient: gradient, weights: weights).minimum(from: start)
        return zip(minimum, start).map(-)
    }
}

extension GateNewton {
    /// The proximal Newton direction: to the minimum of the quadratic model and the penalty.
    static func direction(
        gate: SoftmaxGate, ridge: Double, lasso: SlopeWeights, gradient: (Int) -> [Double],
        information: (Int, Int) -> Matrix
    ) -> Matrix {
        let (system, right) = system(gate: gate, ridge: ridge, gradient: gradient, information: information)
        let rows = gate.coefficients.rowCount
        let start = Array(gate.coefficients.storage.prefix(right.count))
        let step = LassoQuadratic.step(
            system, right, from: start, CoefficientLayout(regressors: rows), weight: lasso.gateWeight)
        return Matrix(
            rowCount: rows, columnCount: gate.expertCount, storage: step + [Double](repeating: 0, count: rows))
    }
}
