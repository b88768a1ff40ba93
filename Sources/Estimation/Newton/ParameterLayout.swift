import Foundation
import MixtureOfExperts

/// The parameters of a mixture in one vector: gate coefficients (K - 1 gates), expert coefficients, log dispersions.
struct ParameterLayout: Sendable {
    let expertPositions: [Int]
    let gatePositions: [Int]
    private let expertLayout: CoefficientLayout
    private let gateLayout: CoefficientLayout
    let expertCount: Int
    let predictorsPerExpert: Int
    let hasDispersion: Bool
    let dispersionFloor: Double
    private let fixed: HeldCoefficients
    /// On the sum over rows.
    private let lasso: SlopeWeights?

    init(
        _ model: MixtureModel, dispersionFloor: Double, held: HeldCoefficients = HeldCoefficients(),
        lasso: SlopeWeights? = nil
    ) {
        expertPositions = model.design.expertPositions
        gatePositions = model.design.gatePositions
        expertLayout = model.design.expertLayout
        gateLayout = model.design.gateLayout
        expertCount = model.expertCount
        predictorsPerExpert = model.family.predictorCount
        hasDispersion = model.family.hasDispersion
        self.dispersionFloor = model.family.dispersionFloor(dispersionFloor)
        fixed = held
        self.lasso = lasso
    }

    var gateCount: Int { expertCount - 1 }
    var count: Int { dispersionIndex(hasDispersion ? expertCount : 0) }

    func gateStart(_ gate: Int) -> Int { gateLayout.intercept(of: gate) }
    var predictorCount: Int { expertCount * predictorsPerExpert }
    /// Predictors are numbered through all experts.
    func predictorStart(_ predictor: Int) -> Int { gateStart(gateCount) + expertLayout.intercept(of: predictor) }
    func expertStart(_ expert: Int) -> Int { predictorStart(expert * predictorsPerExpert) }
    func dispersionIndex(_ expert: Int) -> Int { expertStart(expertCount) + expert }

    /// Of the log-likelihood less the penalty, from the statistics of a pass that collects gradients.
    func gradient(_ statistics: MixtureStatistics, model: MixtureModel, penalty: Penalty) -> [Double] {
        let layout = statistics.layout
        var gradient = [Double](repeating: 0, count: count)
        for gate in 0..<gateCount {
            let sums = Array(statistics.linearSum(layout.gateGradient(gate)))
            for (row, position) in gatePositions.enumerated() {
                gradient[gateStart(gate) + row] =
                    sums[position] - penalty.gateRidge * model.gate.coefficients[row, gate]
            }
        }
        let expertRidge = penalty.expertRidge(model.family)
        for predictor in 0..<predictorCount {
            let sums = Array(statistics.linearSum(layout.expertGradient(predictor)))
            for (row, position) in expertPositions.enumerated() {
                gradient[predictorStart(predictor) + row] = sums[position]
            }
        }
        for expert in 0..<expertCount {
            for (index, value) in model.experts[expert].coefficients.enumerated() {
                gradient[expertStart(expert) + index] -= expertRidge * value
            }
            if hasDispersion {
                gradient[dispersionIndex(expert)] = statistics.linearSum(layout.dispersionGradient(expert)).first ?? 0
            }
        }
        if let prior = penalty.prior { subtract(prior, model, from: &gradient) }
        for slope in penalisedSlopes(model) where slope.value != 0 {
            gradient[slope.index] -= slope.value > 0 ? slope.weight : -slope.weight
        }
        return gradient
    }

    private func subtract(_ prior: SlopePrior, _ model: MixtureModel, from gradient: inout [Double]) {
        for gate in 0..<gateCount {
            for (row, value) in prior.gateGradient(model.gate, gate).enumerated() {
                gradient[gateStart(gate) + row] -= value
            }
        }
        for expert in 0..<expertCount {
            for (index, value) in prior.gradient(expert, model.experts[expert].coefficients).enumerated() {
                gradient[expertStart(expert) + index] -= value
            }
        }
    }

    /// What stays where it is: experts without parameters, the slopes of intercept-only experts and other held coefficients, slopes that a
    /// lasso holds at 0, and dispersions at their floor that the gradient pulls down.
    func held(_ model: MixtureModel, gradient: [Double]) -> [Int] {
        var result = [Int]()
        for expert in 0..<expertCount {
            for position in 0..<expertLayout.intercept(of: predictorsPerExpert) {
                let isSlope = !expertLayout.isIntercept(position)
                if model.experts[expert].fixed != nil || fixed[expert].contains(position)
                    || (isSlope && fixed.interceptOnly.contains(expert))
                {
                    result.append(expertStart(expert) + position)
                }
            }
        }
        result += penalisedSlopes(model).filter { $0.value == 0 }.map(\.index)
        guard hasDispersion else { return result }
        return result
            + (0..<expertCount).filter {
                fixed.dispersions.contains($0) || model.experts[$0].fixed != nil
                    || (model.experts[$0].dispersion <= dispersionFloor * (1 + 1e-9)
                        && gradient[dispersionIndex($0)] < 0)
            }.map(dispersionIndex)
    }

    /// A slope that a lasso weighs.
    struct PenalisedSlope {
        var index: Int
        var value: Double
        var weight: Double
    }

    /// None where there is no lasso; those of intercept-only experts are no choice of it.
    func penalisedSlopes(_ model: MixtureModel) -> [PenalisedSlope] {
        guard let lasso else { return [] }
        var result = [PenalisedSlope]()
        func add(_ index: Int, _ value: Double, _ weight: Double) {
            if weight > 0 { result.append(PenalisedSlope(index: index, value: value, weight: weight)) }
        }
        if lasso.gate > 0 {
            for gate in 0..<gateCount {
                for row in gatePositions.indices.dropFirst() {
                    let value = model.gate.coefficients[row, gate]
                    add(gateStart(gate) + row, value, lasso.gateWeight(of: value))
                }
            }
        }
        if lasso.experts > 0 {
            for expert in 0..<expertCount where !fixed.interceptOnly.contains(expert) {
                for (index, value) in model.experts[expert].coefficients.enumerated()
                where !expertLayout.isIntercept(index) {
                    add(expertStart(expert) + index, value, lasso.expertWeight(of: value))
                }
            }
        }
        return result
    }

    /// - Returns: the model `length` along the direction; a slope that a lasso weighs stops at 0, for beyond it the gradient is
    ///   another one.
    func moved(_ model: MixtureModel, _ direction: [Double], by length: Double) -> MixtureModel {
        var step = direction.map { length * $0 }
        for slope in penalisedSlopes(model) where slope.value * (slope.value + step[slope.index]) < 0 {
            step[slope.index] = -slope.value
        }
        var result = model
        for gate in 0..<gateCount {
            for row in gatePositions.indices {
                result.gate.coefficients[row, gate] += step[gateStart(gate) + row]
            }
        }
        for expert in 0..<expertCount {
            for row in result.experts[expert].coefficients.indices {
                result.experts[expert].coefficients[row] += step[expertStart(expert) + row]
            }
            if hasDispersion {
                let factor = exp(step[dispersionIndex(expert)])
                result.experts[expert].dispersion = max(result.experts[expert].dispersion * factor, dispersionFloor)
            }
        }
        return result
    }
}
