import Foundation
import MixtureOfExperts
import Numerics

/// The posterior mode of the adapted parameters under one prior: damped Newton on the exact Hessian of the mixture.
///
/// max_θ Σ_i w_i log Σ_k π_k(x_i) φ_k(y_i | x_i) - ½ (θ - θ₀)'P(θ - θ₀), over the free parameters. A complete-data step (EM) has a rate that
/// the overlap of the experts sets, and needs hundreds of passes; the Hessian that it lacks is that of the posteriors.
struct AdaptationStep: Sendable {
    let rows: any RowSource
    let prior: SharedModelPrior
    let parallelism: Parallelism

    /// A maximum, or where the search for it ended.
    struct Mode: Sendable {
        var model: MixtureModel
        /// Without the prior.
        var logLikelihood: Double
        var objective: Double
        /// Parameters that moved, in the order of the matrix.
        var free: [Int]
        /// Negative Hessian of the objective.
        var information: Matrix
        var iterations: Int
        var isConverged: Bool
    }

    private static let maximumIterations = 100
    private static let halvings = 40
    /// What a further step promises, in nats.
    private static let tolerance = 1e-9

    func mode(from start: MixtureModel) -> Mode {
        var current = mode(at: start, iterations: 0)
        for iteration in 0..<Self.maximumIterations {
            guard let gradient = current.gradient, let factor = ScaledFactor(current.mode.information, .ascent) else {
                break
            }
            let slack = max(Self.tolerance, 1e-14 * abs(current.mode.objective))
            if 0.5 * factor.decrement(gradient) < slack {
                current.mode.isConverged = true
                break
            }
            let direction = factor.solve(gradient, absolute: true)
            guard let next = moved(current.mode, direction, slope: dot(direction, gradient)) else {
                // No length gains: what is left is rounding of the sum over rows.
                current.mode.isConverged = 0.5 * factor.decrement(gradient) < 1e3 * slack
                break
            }
            current = mode(at: next, iterations: iteration + 1)
        }
        return current.mode
    }

    private func mode(at model: MixtureModel, iterations: Int) -> (mode: Mode, gradient: [Double]?) {
        let parameters = prior.parameters
        let statistics = model.statistics(of: rows, level: .newton, parallelism: parallelism)
        let all = parameters.gradient(statistics, model: model, penalty: .none)
        let free = prior.free(without: parameters.held(model, gradient: all))
        let penalty = prior.matrix(free)
        let pull = penalty * prior.difference(model, free)
        var information = parameters.secondOrderSums(statistics, sign: -1).submatrix(free)
        information += penalty
        let mode = Mode(
            model: model, logLikelihood: statistics.logLikelihood,
            objective: statistics.logLikelihood - prior.value(model), free: free, information: information,
            iterations: iterations, isConverged: free.isEmpty)
        let gradient = zip(free, pull).map { all[$0] - $1 }
        return (mode, free.isEmpty || !gradient.allSatisfy(\.isFinite) ? nil : gradient)
    }

    /// The step, halved until the objective rises enough.
    private func moved(_ mode: Mode, _ direction: [Double], slope: Double) -> MixtureModel? {
        var whole = [Double](repeating: 0, count: prior.parameters.count)
        for (index, value) in zip(mode.free, direction) { whole[index] = value }
        var length = 1.0
        for _ in 0..<Self.halvings {
            let trial = prior.parameters.moved(mode.model, whole, by: length)
            let value = objective(trial)
            if value.isFinite, value >= mode.objective + 1e-4 * length * slope { return trial }
            length *= 0.5
        }
        return nil
    }

    private func objective(_ model: MixtureModel) -> Double {
        model.statistics(of: rows, level: .likelihood, parallelism: parallelism).logLikelihood - prior.value(model)
    }
}

extension AdaptationStep.Mode {
    /// The logarithm of the marginal likelihood by Laplace's approximation (Tierney & Kadane 1986): with nothing free the log-likelihood
    /// of the shared model.
    ///
    /// - Returns: nil where a precision is 0, or the mode is none.
    func logEvidence(_ prior: SharedModelPrior) -> Double? {
        if free.isEmpty { return objective }
        guard isConverged, let own = prior.logDeterminant(free), let factor = Cholesky(information) else { return nil }
        return objective + 0.5 * (own - factor.logDeterminant)
    }

    /// How many parameters the rows decide rather than the prior: m - tr P H⁻¹ (MacKay 1992).
    func effectiveParameters(_ prior: SharedModelPrior) -> Double {
        guard let inverse = GeneralisedInverse(information)?.inverse else { return Double(free.count) }
        let product = prior.matrix(free) * inverse
        return free.indices.reduce(Double(free.count)) { $0 - product[$1, $1] }
    }
}
