import Estimation
import Foundation
import MixtureOfExperts
import Numerics

/// Anderson acceleration of the EM map: the combination of the last iterates whose changes nearly cancel.
///
/// Where the objective would fall, an iteration of EM alone, and nothing is remembered.
struct Anderson {
    let algorithm: GeneralisedEM
    let options: FitOptions
    private static let depth = 10

    private struct Point {
        /// Of the map.
        var image: [Double]
        var residual: [Double]
    }

    init(algorithm: GeneralisedEM, options: FitOptions) {
        self.algorithm = algorithm
        self.options = options
    }

    func run(from start: MixtureModel) -> Scheme.Result {
        var state = algorithm.state(start)
        var history = [Point]()
        let negligible = options.tolerance * state.statistics.weight
        for iteration in 0..<options.maxIterations {
            let before = state.objective
            history = history.suffix(Self.depth) + [point(state)]
            let trial = algorithm.state(model(accelerated(history), like: state.model))
            if history.count > 1, trial.objective.isFinite, trial.objective - before > negligible {
                state = trial
                continue
            }
            // The first point accelerates nothing: its trial is the iteration of EM, unless the gate went too far.
            let plain = history.count == 1 && trial.objective >= before
            state = plain ? trial : algorithm.step(from: state)
            if !plain { history = [] }
            if state.objective - before < negligible {
                return Scheme.Result(statistics: state.statistics, iterations: iteration + 1, converged: true)
            }
        }
        return Scheme.Result(statistics: state.statistics, iterations: options.maxIterations, converged: false)
    }

    private func point(_ state: GeneralisedEM.State) -> Point {
        let image = vector(algorithm.wholeStep(from: state))
        return Point(image: image, residual: zip(image, vector(state.model)).map(-))
    }

    private func accelerated(_ history: [Point]) -> [Double] {
        guard let last = history.last, history.count > 1 else { return history[0].image }
        let pairs = zip(history, history.dropFirst())
        let residuals = pairs.map { zip($1.residual, $0.residual).map(-) }
        let images = pairs.map { zip($1.image, $0.image).map(-) }
        var products = Matrix(rowCount: residuals.count, columnCount: residuals.count)
        for (row, left) in residuals.enumerated() {
            for (column, right) in residuals.enumerated() { products[row, column] = dot(left, right) }
        }
        let weights = solvePositiveSemidefinite(products, residuals.map { dot($0, last.residual) })
        var result = last.image
        for (weight, change) in zip(weights, images) {
            for index in result.indices { result[index] -= weight * change[index] }
        }
        return result
    }

    // MARK: Parameters in one vector

    private func vector(_ model: MixtureModel) -> [Double] {
        model.gate.coefficients.storage + model.experts.flatMap { $0.coefficients + [log($0.dispersion)] }
    }

    private func model(_ vector: [Double], like model: MixtureModel) -> MixtureModel {
        var result = model
        let gateCount = model.gate.coefficients.storage.count
        result.gate.coefficients.storage = Array(vector[..<gateCount])
        var position = gateCount
        for index in model.experts.indices {
            let end = position + model.experts[index].coefficients.count
            result.experts[index].coefficients = Array(vector[position..<end])
            result.experts[index].dispersion = max(exp(vector[end]), options.varianceFloor)
            position = end + 1
        }
        return result
    }
}
