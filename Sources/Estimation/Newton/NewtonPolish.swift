import Foundation
import MixtureOfExperts
import Numerics

/// Damped Newton on the exact observed Hessian: converges in a few passes where EM takes hundreds.
///
/// Parameters in one vector: gate coefficients (K - 1 gates), expert coefficients, log dispersions. A dispersion at
/// its floor is held there while the gradient pulls it down.
package struct NewtonPolish {
    let algorithm: GeneralisedEM

    package init(algorithm: GeneralisedEM) { self.algorithm = algorithm }

    package struct Step {
        package var model: MixtureModel
        package var objective: Double
        /// What the quadratic model promised of a full step: small only near an optimum, however short the step was.
        package var decrement: Double
    }

    /// One Newton step, halved until the objective rises enough; nil where no step is found.
    package func step(from model: MixtureModel, objective: Double) -> Step? {
        step(algorithm.newtonSystem(model), from: model, objective: objective)
    }

    /// - Parameter system: at `model`.
    func step(_ system: NewtonSystem, from model: MixtureModel, objective: Double) -> Step? {
        guard let direction = system.ascentDirection() else { return nil }
        let slope = dot(direction, system.gradient)
        var length = 1.0
        for _ in 0..<8 {
            let trial = system.moved(model, direction, by: length)
            let value = self.objective(trial)
            if value.isFinite, value >= objective + 1e-4 * length * slope - 1e-13 * abs(objective) {
                return Step(model: trial, objective: value, decrement: 0.5 * slope)
            }
            length *= 0.5
        }
        return nil
    }

    private func objective(_ model: MixtureModel) -> Double {
        model.statistics(of: algorithm.rows, level: .likelihood, parallelism: algorithm.parallelism).logLikelihood
            - algorithm.penalty.value(model)
    }
}
