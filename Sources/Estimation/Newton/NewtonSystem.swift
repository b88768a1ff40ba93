import Foundation
import MixtureOfExperts
import Numerics

/// Gradient and negative Hessian of the penalised log-likelihood.
///
/// What does not move, such as a dispersion at its floor while the gradient pulls it down, is held.
package struct NewtonSystem {
    package private(set) var gradient: [Double]
    package private(set) var negativeHessian: Matrix
    let parameters: ParameterLayout
    /// See ``ParameterLayout/held(_:gradient:)``.
    let held: [Int]
    /// Σw of the rows.
    private let weight: Double

    package init(_ statistics: MixtureStatistics, model: MixtureModel, algorithm: GeneralisedEM) {
        parameters = ParameterLayout(
            model, dispersionFloor: algorithm.dispersionFloor, held: algorithm.held,
            lasso: algorithm.penalty.lasso)
        gradient = parameters.gradient(statistics, model: model, penalty: algorithm.penalty)
        held = parameters.held(model, gradient: gradient)
        weight = statistics.weight
        negativeHessian = parameters.secondOrderSums(statistics, sign: -1)
        addRidge(algorithm.penalty.gateRidge, to: 0..<parameters.expertStart(0))
        addRidge(
            algorithm.penalty.expertRidge(model.family),
            to: parameters.expertStart(0)..<parameters.expertStart(parameters.expertCount))
        if let prior = algorithm.penalty.prior { parameters.add(prior, model, to: &negativeHessian) }
        for index in held { hold(index) }
    }

    private mutating func addRidge(_ ridge: Double, to parameters: Range<Int>) {
        for index in parameters { negativeHessian[index, index] += ridge }
    }

    private mutating func hold(_ index: Int) {
        for other in gradient.indices {
            negativeHessian[index, other] = 0
            negativeHessian[other, index] = 0
        }
        negativeHessian[index, index] = 1
        gradient[index] = 0
    }

    /// The negative Hessian in the units of its diagonal; nil where it is not finite, or too large for eigenvalues that it needs.
    func factor() -> ScaledFactor? {
        guard gradient.allSatisfy(\.isFinite) else { return nil }
        return ScaledFactor(negativeHessian, .ascent, largestEigenproblem: Self.largestEigenproblem)
    }

    /// The Newton direction; where the negative Hessian is not positive definite, with the absolute values of its
    /// eigenvalues (in the scale of its diagonal), which keeps the direction one of ascent.
    func ascentDirection(_ factor: ScaledFactor) -> [Double] {
        free(factor.solve(gradient, absolute: true))
    }

    /// (H + damping · weight)⁻¹ g (Levenberg 1944; Marquardt 1963), H the negative Hessian: where a coefficient has hardly any curvature
    /// the Newton step is as long as it is meaningless, and all others would be shortened with it.
    ///
    /// The larger the damping, the nearer to the gradient in standard units.
    ///
    /// - Returns: nil where the damped matrix is not positive definite.
    func dampedDirection(_ damping: Double) -> [Double]? {
        var matrix = negativeHessian
        for index in gradient.indices { matrix[index, index] += damping * weight }
        return Cholesky(matrix).map { free($0.solve(gradient)) }
    }

    /// Rounding mixes eigenvectors of equal eigenvalue: what is held would move.
    func free(_ direction: [Double]) -> [Double] {
        var result = direction
        for index in held { result[index] = 0 }
        return result
    }

    /// Beyond this the eigenvalues cost more than the EM iterations that replace the step.
    private static let largestEigenproblem = 1200

    package func moved(_ model: MixtureModel, _ direction: [Double], by length: Double) -> MixtureModel {
        parameters.moved(model, direction, by: length)
    }
}
