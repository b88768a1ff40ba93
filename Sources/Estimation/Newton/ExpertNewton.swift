import Foundation
import MixtureOfExperts
import Numerics

/// One Newton step of an expert on its part of the expected complete-data log-likelihood: what takes the place of the weighted
/// fit where that is not closed.
struct ExpertNewton {
    let statistics: MixtureStatistics
    let design: Design
    let ridge: Double
    let dispersionFloor: Double
    var prior: SlopePrior?

    /// Of the log dispersion, in one step.
    static let longestDispersionStep = 1.0

    /// Change of the coefficients, predictor after predictor, and of the log dispersion.
    struct Direction {
        var coefficients: [Double]
        var logDispersion: Double
    }

    /// - Parameters:
    ///   - interceptsOnly: leaves the slopes as they are.
    ///   - held: coefficients that stay as they are.
    ///   - holdsDispersion: leaves the dispersion as it is.
    ///   - damping: added to the information of each coefficient.
    ///   - lasso: on the sum over rows.
    func direction(
        _ index: Int, _ expert: Expert, interceptsOnly: Bool = false, held: Set<Int> = [],
        holdsDispersion: Bool = false, damping: Double = 0, lasso: SlopeWeights? = nil
    ) -> Direction {
        let layout = statistics.layout
        let coefficients = design.expertLayout
        let moving = expert.coefficients.indices.filter { !interceptsOnly || coefficients.isIntercept($0) }
        var gradient = gradient(index, expert)
        var system = statistics.expertInformation(index, design.expertPositions)
            .submatrix(rows: moving, columns: moving)
        for index in moving.indices { system[index, index] += ridge + damping }
        if let prior {
            let curvature = prior.curvature(index, expert.coefficients)
            system.addToDiagonal(moving.map { curvature[$0] })
        }
        for (index, position) in moving.enumerated() where held.contains(position) {
            for other in moving.indices { system[index, other] = other == index ? 1 : 0 }
            gradient[position] = 0
        }
        let solution =
            if let lasso, lasso.experts > 0 {
                LassoQuadratic.step(
                    system, gradient, from: expert.coefficients, coefficients, weight: lasso.expertWeight)
            } else {
                solvePositiveSemidefinite(system, moving.map { gradient[$0] })
            }
        var result = Direction(
            coefficients: [Double](repeating: 0, count: expert.coefficients.count), logDispersion: 0)
        for (position, value) in zip(moving, solution) { result.coefficients[position] = value }
        if layout.hasDispersion, !holdsDispersion {
            let slope = statistics.linearSum(layout.dispersionGradient(index)).first ?? 0
            let curvature = statistics.linearSum(layout.dispersionInformation(index)).first ?? 0
            let step = curvature > 0 ? slope / curvature : (slope > 0 ? 1 : -1)
            result.logDispersion = min(max(step, -Self.longestDispersionStep), Self.longestDispersionStep)
        }
        return result
    }

    private func gradient(_ index: Int, _ expert: Expert) -> [Double] {
        let own = zip(statistics.expertScore(index, design.expertPositions), expert.coefficients).map {
            $0 - ridge * $1
        }
        return prior.map { zip(own, $0.gradient(index, expert.coefficients)).map(-) } ?? own
    }

    func moved(_ expert: Expert, _ direction: Direction, by length: Double) -> Expert {
        var result = expert
        for index in result.coefficients.indices {
            result.coefficients[index] += length * direction.coefficients[index]
        }
        if statistics.layout.hasDispersion {
            result.dispersion = max(result.dispersion * exp(length * direction.logDispersion), dispersionFloor)
        }
        return result
    }
}
