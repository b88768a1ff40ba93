import Estimation
import MixtureOfExperts

/// 20 iterations of EM, then Newton steps with a fresh Hessian each; EM again, twice as long, where no step is left before
/// an optimum.
struct DampedNewton {
    let algorithm: GeneralisedEM
    let options: FitOptions

    func run(from start: MixtureModel) -> Scheme.Result {
        var state = algorithm.state(start)
        var (iterations, emIterations, converged) = (0, 20, false)
        while !converged, iterations < options.maxIterations {
            let em = algorithm.run(
                from: state, iterations: min(emIterations, options.maxIterations - iterations),
                tolerance: options.tolerance)
            let steps = newton(from: em.state, most: options.maxIterations - iterations - em.trace.count)
            state = steps.count == 0 ? em.state : algorithm.state(steps.model)
            iterations += em.trace.count + steps.count
            let moved = steps.objective - em.state.objective >= options.tolerance * state.statistics.weight
            converged = steps.finished || (em.converged && !moved)
            emIterations *= 2
        }
        return Scheme.Result(statistics: state.statistics, iterations: iterations, converged: converged)
    }

    private func newton(
        from state: GeneralisedEM.State, most: Int
    ) -> (model: MixtureModel, objective: Double, count: Int, finished: Bool) {
        let polish = NewtonPolish(algorithm: algorithm)
        let negligible = options.tolerance * state.statistics.weight
        var (model, objective, count) = (state.model, state.objective, 0)
        while count < most, let next = polish.step(from: model, objective: objective) {
            let gain = next.objective - objective
            (model, objective, count) = (next.model, next.objective, count + 1)
            if gain < negligible { return (model, objective, count, next.decrement < 10 * negligible) }
        }
        return (model, objective, count, false)
    }
}
