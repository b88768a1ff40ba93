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
        let size = gradient.count
        // A direction that the rows say nothing about (a constant covariate) is not followed: rounding would be magnified.
        let scale = (0..<size).map { index in
            let curvature = abs(negativeHessian[index, index])
            return curvature > 0 ? 1 / max(curvature, 1e-12).squareRoot() : 0
        }
        var scaled = negativeHessian
        for column in 0..<size {
            for row in 0..<size { scaled[row, column] *= scale[row] * scale[column] }
        }
        let target = zip(gradient, scale).map(*)
        guard target.allSatisfy(\.isFinite), scaled.storage.allSatisfy(\.isFinite) else { return nil }
        if let cholesky = Cholesky(scaled), cholesky.reciprocalCondition(of: scaled) > 1e-13 {
            return zip(cholesky.solve(target), scale).map(*)
        }
        guard size <= Self.largestEigenproblem else { return nil }
        let (values, vectors) = symmetricEigen(scaled)
        let floor = 1e-9 * (values.map(abs).max() ?? 0)
        var direction = [Double](repeating: 0, count: size)
        for index in 0..<size where abs(values[index]) > floor {
            let coordinate = dot(vectors.column(index), target) / abs(values[index])
            for row in 0..<size { direction[row] += coordinate * vectors[row, index] }
        }
        // Rounding mixes eigenvectors of equal eigenvalue.
        for index in held { direction[index] = 0 }
        return zip(direction, scale).map(*)
    }

    /// Beyond this the eigenvalues cost more than the EM iterations that replace the step.
    private static let largestEigenproblem = 1200

    package func moved(_ model: MixtureModel, _ direction: [Double], by length: Double) -> MixtureModel {
        parameters.moved(model, direction, by: length)
    }
}
