import MixtureOfExperts
import Numerics

/// Steps with one Hessian and a fresh gradient each.
///
/// A pass for the gradient costs a sixth of one for the Hessian. Near an optimum a Hessian serves for many steps, be it that of a
/// part of the rows; what it has wrong is learned from the changes of the gradient: limited-memory BFGS (Nocedal 1980) with
/// this Hessian, scaled, as its first metric.
package struct QuasiNewton {
    let algorithm: GeneralisedEM
    private let hessian: Cholesky
    private let parameters: ParameterLayout
    private let held: [Int]
    /// Weight of all rows over that of those behind the Hessian.
    private let scale: Double

    /// Fails where the Hessian is not that of a maximum.
    ///
    /// - Parameters:
    ///   - system: at the model to start from, on the rows of `algorithm` or a random part of them.
    ///   - weight: of the rows behind `system`.
    package init?(_ algorithm: GeneralisedEM, metric system: NewtonSystem, weight: Double) {
        guard let factor = Cholesky(system.negativeHessian, condition: ScaledFactor.CutOff.ascent.condition) else {
            return nil
        }
        self.algorithm = algorithm
        hessian = factor
        parameters = system.parameters
        held = system.held
        scale = algorithm.weight / weight
    }

    package struct Result {
        package var model: MixtureModel
        package var objective: Double
        /// Whether nothing more is to be gained.
        package var converged: Bool
    }

    /// Steps until the change is negligible, a dispersion reaches or leaves its floor, or there were `steps`.
    ///
    /// - Parameter trace: gets the objective before each step.
    package func run(
        from start: MixtureModel, steps: Int, tolerance: Double, trace: inout [Double]
    ) -> Result {
        var current = evaluation(start)
        var changes = [Change]()
        let negligible = tolerance * algorithm.weight
        for _ in 0..<steps where current.held == held && !algorithm.isCancelled {
            let direction = direction(current.gradient, changes)
            let slope = dot(direction, current.gradient)
            guard slope > 0, let (next, length) = improved(current, direction, slope) else {
                return current.result(converged: abs(slope) < negligible)
            }
            trace.append(current.objective)
            let gain = next.objective - current.objective
            if let change = change(step: direction.map { length * $0 }, from: current, to: next) {
                changes.append(change)
            }
            current = next
            if gain < negligible { return current.result(converged: slope < 10 * negligible) }
        }
        return current.result(converged: false)
    }

    /// A step and how the gradient fell along it.
    private struct Change {
        var step: [Double]
        var fall: [Double]
        /// step'fall.
        var curvature: Double
        /// What the curvature would be if the Hessian gave the step from the fall.
        var metricCurvature: Double
    }

    /// Fails where the objective was not concave along the step: such a change would spoil the metric.
    private func change(step: [Double], from current: Evaluation, to next: Evaluation) -> Change? {
        let fall = zip(current.gradient, next.gradient).map(-)
        let curvature = dot(step, fall)
        guard curvature > 1e-12 * (dot(step, step) * dot(fall, fall)).squareRoot() else { return nil }
        return Change(
            step: step, fall: fall, curvature: curvature,
            metricCurvature: dot(fall, hessian.solve(fall)) / scale)
    }

    /// By what steps with the Hessian are too long on the whole (Nocedal & Wright 2006, 7.20, over all steps).
    ///
    /// The Hessian of a part is too flat at the optimum of that part: classes seem to be separated there better than they are.
    private func scaling(_ changes: [Change]) -> Double {
        guard !changes.isEmpty else { return 1 }
        return changes.reduce(0) { $0 + $1.curvature } / changes.reduce(0) { $0 + $1.metricCurvature }
    }

    /// The two-loop recursion.
    private func direction(_ gradient: [Double], _ changes: [Change]) -> [Double] {
        var result = gradient
        var weights = [Double]()
        for change in changes.reversed() {
            let weight = dot(change.step, result) / change.curvature
            weights.append(weight)
            for index in result.indices { result[index] -= weight * change.fall[index] }
        }
        let factor = scaling(changes) / scale
        result = hessian.solve(result).map { factor * $0 }
        for (change, weight) in zip(changes, weights.reversed()) {
            let correction = weight - dot(change.fall, result) / change.curvature
            for index in result.indices { result[index] += correction * change.step[index] }
        }
        return result
    }

    private struct Evaluation {
        var model: MixtureModel
        var objective: Double
        var gradient: [Double]
        var held: [Int]

        func result(converged: Bool) -> Result {
            Result(model: model, objective: objective, converged: converged)
        }
    }

    private func evaluation(_ model: MixtureModel) -> Evaluation {
        let statistics = model.statistics(of: algorithm.rows, level: .gradient, parallelism: algorithm.parallelism)
        var gradient = parameters.gradient(statistics, model: model, penalty: algorithm.penalty)
        let held = parameters.held(model, gradient: gradient)
        for index in held { gradient[index] = 0 }
        return Evaluation(
            model: model, objective: statistics.logLikelihood - algorithm.penalty.value(model),
            gradient: gradient, held: held)
    }

    private func improved(
        _ current: Evaluation, _ direction: [Double], _ slope: Double
    ) -> (Evaluation, length: Double)? {
        var length = 1.0
        for _ in 0..<4 {
            let next = evaluation(parameters.moved(current.model, direction, by: length))
            let least = current.objective + 1e-4 * length * slope - 1e-13 * abs(current.objective)
            if next.objective.isFinite, next.objective >= least { return (next, length) }
            length *= 0.5
        }
        return nil
    }
}
