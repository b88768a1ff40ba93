import LinearAlgebra
import MixtureOfExperts

/// Newton steps with the gradient of all rows and the Hessian of a part of them.
///
/// From the optimum of a part of n rows the optimum of all is so near that the part's Hessian serves for all steps: the
/// distance falls by a factor of about sqrt(parameters / n) a step, and a step is one pass for the gradient, seven times
/// cheaper than one for the Hessian.
struct SampledNewton {
    let algorithm: GeneralisedEM
    private let hessian: Cholesky
    private let parameters: ParameterLayout
    /// Weight of all rows over that of the part.
    private let scale: Double

    /// Fails where the Hessian of the part is not that of a maximum, or a dispersion is at its floor.
    ///
    /// - Parameter part: a random part of the rows of `algorithm`, which `model` is an optimum on.
    init?(_ algorithm: GeneralisedEM, part: GeneralisedEM, model: MixtureModel) {
        let statistics = model.statistics(of: part.rows, level: .newton, parallelism: part.parallelism)
        let system = NewtonSystem(statistics, model: model, algorithm: part)
        guard system.parameters.held(model, gradient: system.gradient).isEmpty,
            let factor = Cholesky(system.negativeHessian),
            factor.reciprocalCondition(of: system.negativeHessian) > 1e-13
        else { return nil }
        self.algorithm = algorithm
        hessian = factor
        parameters = system.parameters
        scale = algorithm.weight / statistics.weight
    }

    private static let mostSteps = 25

    /// Steps until the change is negligible.
    ///
    /// - Returns: the last model, and whether nothing more is to be gained.
    func run(
        from start: MixtureModel, tolerance: Double, trace: inout [Double]
    ) -> (model: MixtureModel, converged: Bool) {
        var current = evaluation(start)
        let negligible = tolerance * algorithm.weight
        for _ in 0..<Self.mostSteps {
            let direction = hessian.solve(current.gradient).map { $0 / scale }
            let slope = dot(direction, current.gradient)
            guard let next = improved(current, direction, slope) else { return (current.model, slope < negligible) }
            trace.append(current.objective)
            let change = next.objective - current.objective
            current = next
            if change < negligible { return (current.model, slope < 10 * negligible) }
        }
        return (current.model, false)
    }

    private struct Evaluation {
        var model: MixtureModel
        var objective: Double
        var gradient: [Double]
    }

    private func evaluation(_ model: MixtureModel) -> Evaluation {
        let statistics = model.statistics(of: algorithm.rows, level: .gradient, parallelism: algorithm.parallelism)
        return Evaluation(
            model: model, objective: statistics.logLikelihood - model.gate.penalty(ridge: algorithm.ridge),
            gradient: parameters.gradient(statistics, model: model, ridge: algorithm.ridge))
    }

    private func improved(_ current: Evaluation, _ direction: [Double], _ slope: Double) -> Evaluation? {
        var length = 1.0
        for _ in 0..<4 {
            let next = evaluation(parameters.moved(current.model, direction, by: length))
            let least = current.objective + 1e-4 * length * slope - 1e-13 * abs(current.objective)
            if next.objective.isFinite, next.objective >= least { return next }
            length *= 0.5
        }
        return nil
    }
}
