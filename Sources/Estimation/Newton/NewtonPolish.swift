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

    /// One step; nil where the objective rises along no direction.
    package func step(from model: MixtureModel, objective: Double) -> Step? {
        let system = algorithm.newtonSystem(model)
        return system.factor().flatMap { step(system, $0, from: model, objective: objective) }
    }

    /// The Newton step, halved until the objective rises enough; where no length serves, damped more and more.
    ///
    /// - Parameter system: at `model`.
    func step(
        _ system: NewtonSystem, _ factor: ScaledFactor, from model: MixtureModel, objective: Double
    ) -> Step? {
        let direction = system.ascentDirection(factor)
        let decrement = factor.decrement(system.gradient)
        // Where the gradient pulls along what the direction leaves out, damping has it.
        if dot(direction, system.gradient) > 0.5 * decrement {
            var length = 1.0
            for _ in 0..<Self.halvings {
                if let (next, value) = trial(system, direction, length, from: model, objective: objective) {
                    return Step(model: next, objective: value, decrement: 0.5 * decrement)
                }
                length *= 0.5
            }
        }
        var damped = dampedStep(system, from: model, objective: objective)
        damped?.decrement = 0.5 * decrement
        return damped
    }

    /// The step with the least damping that serves; its decrement is that of the least that makes the Hessian positive definite.
    func dampedStep(_ system: NewtonSystem, from model: MixtureModel, objective: Double) -> Step? {
        var decrement: Double?
        for damping in Self.dampings {
            guard let direction = system.dampedDirection(damping) else { continue }
            decrement = decrement ?? 0.5 * dot(direction, system.gradient)
            if let (next, value) = trial(system, direction, 1, from: model, objective: objective) {
                return Step(model: next, objective: value, decrement: decrement ?? .infinity)
            }
        }
        return nil
    }

    /// A step off a saddle, either way along the direction in which the objective is most convex; nil where it rises along neither by
    /// `least`.
    func escape(
        _ system: NewtonSystem, _ factor: ScaledFactor, from model: MixtureModel, objective: Double, least: Double
    ) -> Step? {
        guard let direction = factor.negativeCurvature.map(system.free) else { return nil }
        // In units of standard errors; so many are a change of order 1 for a row.
        var length = algorithm.weight.squareRoot()
        for _ in 0..<Self.lengthsOfEscape {
            for sign in [1.0, -1] {
                let trial = system.moved(model, direction, by: sign * length)
                let value = self.objective(trial)
                if value.isFinite, value > objective + least {
                    return Step(model: trial, objective: value, decrement: .infinity)
                }
            }
            length *= 0.5
        }
        return nil
    }

    private static let halvings = 8
    private static let dampings = (-8...3).map { pow(10, Double($0)) }
    private static let lengthsOfEscape = 12

    private func trial(
        _ system: NewtonSystem, _ direction: [Double], _ length: Double, from model: MixtureModel, objective: Double
    ) -> (model: MixtureModel, objective: Double)? {
        let trial = system.moved(model, direction, by: length)
        let value = self.objective(trial)
        let least = objective + 1e-4 * length * dot(direction, system.gradient) - 1e-13 * abs(objective)
        return value.isFinite && value >= least ? (trial, value) : nil
    }

    private func objective(_ model: MixtureModel) -> Double {
        model.statistics(of: algorithm.rows, level: .likelihood, parallelism: algorithm.parallelism).logLikelihood
            - algorithm.penalty.value(model)
    }
}
