import Foundation
import LinearAlgebra
import MixtureOfExperts

/// The parameters of a mixture in one vector: gate coefficients (K - 1 gates), expert coefficients, log dispersions.
struct ParameterLayout: Sendable {
    let expertPositions: [Int]
    let gatePositions: [Int]
    let expertCount: Int
    let hasDispersion: Bool
    let dispersionFloor: Double
    /// Experts without slopes.
    let background: Set<Int>

    init(_ model: MixtureModel, dispersionFloor: Double, background: Set<Int> = []) {
        expertPositions = model.design.expertPositions
        gatePositions = model.design.gatePositions
        expertCount = model.expertCount
        hasDispersion = model.family.hasDispersion
        self.dispersionFloor = dispersionFloor
        self.background = background
    }

    var gateCount: Int { expertCount - 1 }
    var count: Int { dispersionIndex(hasDispersion ? expertCount : 0) }

    func gateStart(_ gate: Int) -> Int { gate * gatePositions.count }
    func expertStart(_ expert: Int) -> Int { gateStart(gateCount) + expert * expertPositions.count }
    func dispersionIndex(_ expert: Int) -> Int { expertStart(expertCount) + expert }

    /// Of the log-likelihood less the ridge, from the statistics of a pass that collects gradients.
    func gradient(_ statistics: MixtureStatistics, model: MixtureModel, ridge: Double) -> [Double] {
        let layout = statistics.layout
        var gradient = [Double](repeating: 0, count: count)
        for gate in 0..<gateCount {
            let sums = Array(statistics.linearSum(layout.gateGradient(gate)))
            for (row, position) in gatePositions.enumerated() {
                gradient[gateStart(gate) + row] = sums[position] - ridge * model.gate.coefficients[row, gate]
            }
        }
        for expert in 0..<expertCount {
            let sums = Array(statistics.linearSum(layout.expertGradient(expert)))
            for (row, position) in expertPositions.enumerated() { gradient[expertStart(expert) + row] = sums[position] }
            if hasDispersion {
                gradient[dispersionIndex(expert)] = statistics.linearSum(layout.dispersionGradient(expert)).first ?? 0
            }
        }
        return gradient
    }

    /// What stays where it is: the slopes of background experts, and dispersions at their floor that the gradient pulls down.
    func held(_ model: MixtureModel, gradient: [Double]) -> [Int] {
        let slopes = background.sorted().flatMap { expert in
            expertPositions.indices.dropFirst().map { expertStart(expert) + $0 }
        }
        guard hasDispersion else { return slopes }
        return slopes
            + (0..<expertCount).filter {
                model.experts[$0].dispersion <= dispersionFloor * (1 + 1e-9) && gradient[dispersionIndex($0)] < 0
            }.map(dispersionIndex)
    }

    func moved(_ model: MixtureModel, _ direction: [Double], by length: Double) -> MixtureModel {
        var result = model
        for gate in 0..<gateCount {
            for row in gatePositions.indices {
                result.gate.coefficients[row, gate] += length * direction[gateStart(gate) + row]
            }
        }
        for expert in 0..<expertCount {
            for row in expertPositions.indices {
                result.experts[expert].coefficients[row] += length * direction[expertStart(expert) + row]
            }
            if hasDispersion {
                let factor = exp(length * direction[dispersionIndex(expert)])
                result.experts[expert].dispersion = max(result.experts[expert].dispersion * factor, dispersionFloor)
            }
        }
        return result
    }
}
