import MixtureOfExperts
import Numerics

/// The last digits of a maximum: Newton steps with one Hessian (the chord method; Ortega & Rheinboldt 1970) until the gradient over all rows is
/// what rounding leaves of it.
///
/// Where the likelihood hardly changes any more, coefficients still differ by 1e-5 in standard units, by where the fit began: the likelihood is
/// flat there to second order, its gradient to first. A step costs a pass for the gradient, and has twice the digits or more.
struct FinalSteps {
    let algorithm: GeneralisedEM

    /// Of ½ g'H⁻¹g per row: from here one step leads to what rounding leaves.
    private static let last = 1e-18
    private static let most = 8
    /// Of the decrement: what a step with a Hessian from nearby leaves, and what one with the Hessian here does at most.
    private static let expectedShare = 1e-2
    private static let largestShare = 0.1

    struct Metric {
        let system: NewtonSystem
        let factor: ScaledFactor

        /// - Parameter system: of a model nearby.
        init?(_ system: NewtonSystem) {
            guard let factor = system.factor() else { return nil }
            self.init(system, factor)
        }

        init(_ system: NewtonSystem, _ factor: ScaledFactor) {
            self.system = system
            self.factor = factor
        }
    }

    private struct Point {
        var model: MixtureModel
        var objective: Double
        var direction: [Double]
        var decrement: Double
    }

    /// The maximum next to `start`, which is at one but for the last digits; `start` or what was reached where the steps do not shrink as those of
    /// Newton's method do, as on the way to a maximum at infinity.
    func model(from start: MixtureModel, _ nearby: Metric? = nil) -> MixtureModel {
        guard var metric = nearby ?? renewed(start), var current = point(start, metric) ?? renewedPoint(start, &metric)
        else { return start }
        var renewals = 0
        for _ in 0..<Self.most where current.decrement > 0 && !algorithm.isCancelled {
            let end = metric.system.moved(current.model, current.direction, by: 1)
            if current.decrement < Self.last * algorithm.weight { return end }
            let before = current
            // Nil where a dispersion reaches its floor or leaves it.
            let next = point(end, metric)
            if let next, next.decrement < before.decrement,
                next.objective >= before.objective - 1e-12 * abs(before.objective)
            {
                current = next
                if next.decrement < Self.expectedShare * before.decrement { continue }
                if renewals > 0, next.decrement > Self.largestShare * before.decrement { break }
            } else if renewals > 0 {
                break
            }
            renewals += 1
            guard renewals <= 2, let renewed = renewedPoint(current.model, &metric) else { break }
            current = renewed
        }
        return current.model
    }

    private func renewed(_ model: MixtureModel) -> Metric? { Metric(algorithm.newtonSystem(model)) }

    private func renewedPoint(_ model: MixtureModel, _ metric: inout Metric) -> Point? {
        guard let renewed = renewed(model) else { return nil }
        metric = renewed
        return point(model, metric)
    }

    /// Nil where the metric holds other coefficients.
    private func point(_ model: MixtureModel, _ metric: Metric) -> Point? {
        let parameters = metric.system.parameters
        let statistics = model.statistics(of: algorithm.rows, level: .gradient, parallelism: algorithm.parallelism)
        var gradient = parameters.gradient(statistics, model: model, penalty: algorithm.penalty)
        guard gradient.allSatisfy(\.isFinite), parameters.held(model, gradient: gradient) == metric.system.held else {
            return nil
        }
        for index in metric.system.held { gradient[index] = 0 }
        let direction = metric.system.free(metric.factor.solve(gradient, absolute: true))
        return Point(
            model: model, objective: statistics.logLikelihood - algorithm.penalty.value(model), direction: direction,
            decrement: 0.5 * dot(direction, gradient))
    }
}
