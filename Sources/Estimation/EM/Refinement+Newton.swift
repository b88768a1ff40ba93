import MixtureOfExperts
import Numerics

/// Newton steps of a refinement, and what makes an optimum one.
///
/// A maximum is where the decrement ½ g'|H|⁻¹g, what the quadratic model at all rows promises of a full step, is negligible, and no
/// direction is convex. That an iteration changes little is no sign of it: where a flag has no event in the rows of a start, its slope
/// begins at infinity, every step from there is useless, and nothing moves.
extension Refinement {
    private static let stepsOfAHessian = 10
    /// Decrement, in units of the log-likelihood, below which the Hessian at hand is that of the maximum nearby.
    private static let nearby = 1e-2
    /// Of the objective: what the sum over rows is rounded by.
    private static let rounding = 1e-13

    struct Place {
        var model: MixtureModel
        var objective: Double
        var isMaximum = false
        /// False where the derivatives are no numbers, or too many: nothing can be said then.
        var isJudged = true
        /// The Hessian at the place or near it.
        var metric: FinalSteps.Metric?

        mutating func move(to step: NewtonPolish.Step?, _ trace: inout [Double]) {
            guard let step else { return }
            trace.append(objective)
            (model, objective) = (step.model, step.objective)
        }
    }

    /// Steps while they help, and the last digits of a maximum.
    func newton(from start: Place, _ trace: inout [Double]) -> Place {
        var place = search(from: start, &trace)
        // A lasso may yet move slopes that are at 0.
        if place.isMaximum, confirms, lasso == nil, let metric = place.metric {
            place.model = FinalSteps(algorithm: algorithm).model(from: place.model, metric)
        }
        return place
    }

    private func search(from start: Place, _ trace: inout [Double]) -> Place {
        var place = start
        while !place.isMaximum, trace.count < options.maxIterations, !options.isCancelled {
            let before = place.objective
            advance(&place, &trace)
            // Also where the objective is no number.
            guard place.objective - before >= negligible(before) else { break }
        }
        return place
    }

    func negligible(_ objective: Double) -> Double {
        max(options.tolerance * weight, Self.rounding * abs(objective))
    }

    /// Some steps with the Hessian here.
    private func advance(_ place: inout Place, _ trace: inout [Double]) {
        let (algorithm, start) = (algorithm, place)
        let (polish, system) = (NewtonPolish(algorithm: algorithm), algorithm.newtonSystem(start.model))
        guard let factor = system.factor() else {
            let step = polish.dampedStep(system, from: start.model, objective: start.objective)
            place.isJudged = step != nil
            place.move(to: step, &trace)
            place.isMaximum = step.map { $0.decrement < negligible(start.objective) } ?? false
            return
        }
        let decrement = 0.5 * factor.decrement(system.gradient)
        place.metric = FinalSteps.Metric(system, factor)
        if decrement < negligible(start.objective) {
            let off = polish.escape(
                system, factor, from: start.model, objective: start.objective, least: negligible(start.objective))
            place.isMaximum = off == nil
            return place.move(to: off, &trace)
        }
        if let newton = QuasiNewton(algorithm, metric: system, weight: weight) {
            let steps = min(Self.stepsOfAHessian, options.maxIterations - trace.count)
            let next = newton.run(from: start.model, steps: steps, tolerance: options.tolerance, trace: &trace)
            place = Place(
                model: next.model, objective: next.objective,
                isMaximum: next.converged && (!confirms || decrement < Self.nearby), metric: place.metric)
        }
        guard !place.isMaximum, !(place.objective - start.objective >= negligible(start.objective)) else { return }
        place = start
        place.move(to: polish.step(system, factor, from: start.model, objective: start.objective), &trace)
    }

    /// Newton steps leave slopes at 0 that are there: whether one of them should move shows in a step of EM.
    func checked(_ state: GeneralisedEM.State) -> (GeneralisedEM.State, converged: Bool) {
        let next = algorithm.step(from: state)
        return (next, next.objective - state.objective < options.tolerance * weight)
    }
}
