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

    package init(_ statistics: MixtureStatistics, model: MixtureModel, algorithm: GeneralisedEM) {
        parameters = ParameterLayout(
            model, dispersionFloor: algorithm.dispersionFloor, held: algorithm.held,
            lasso: algorithm.penalty.lasso)
        gradient = parameters.gradient(statistics, model: model, penalty: algorithm.penalty)
        held = parameters.held(model, gradient: gradient)
        negativeHessian = parameters.secondOrderSums(statistics, sign: -1)
        addRidge(algorithm.penalty.gateRidge, to: 0..<parameters.expertStart(0))
        addRidge(
            algorithm.penalty.expertRidge(model.family),
            to: parameters.expertStart(0)..<parameters.expertStart(parameters.expertCount))
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

    /// The Newton direction; where the negative Hessian is not positive definite, with the absolute values of its
    /// eigenvalues (in the scale of its diagonal), which keeps the direction one of ascent.
    func ascentDirection() -> [Double]? {
        guard gradient.allSatisfy(\.isFinite),
            let factor = ScaledFactor(negativeHessian, .ascent, largestEigenproblem: Self.largestEigenproblem)
        else { return nil }
        var direction = factor.solve(gradient, absolute: true)
        // Rounding mixes eigenvectors of equal eigenvalue.
        for index in held { direction[index] = 0 }
        return direction
    }

    /// Beyond this the eigenvalues cost more than the EM iterations that replace the step.
    private static let largestEigenproblem = 1200

    package func moved(_ model: MixtureModel, _ direction: [Double], by length: Double) -> MixtureModel {
        parameters.moved(model, direction, by: length)
    }
}
