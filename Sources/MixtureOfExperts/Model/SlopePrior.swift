import Foundation

/// A weak prior on some slopes: log-F(1, 1) (Jones 2004; Greenland & Mansournia 2015), the density of log odds that half an event and half
/// a non-event in one more row leave.
///
/// Its logarithm, less that at 0, is -log cosh(γ/2) with γ a slope times its unit.
///
/// Of a gate the one more row belongs to all experts in equal parts, log Σ e^γ_k - Σ γ_k / K, so that no expert is the reference. The
/// unit of a column with two values is their difference, of another two standard deviations.
package struct SlopePrior: Sendable, Equatable {
    /// Of each expert for each coefficient, in the units of the model's slopes: what a slope is multiplied by; 0 where there is no prior.
    package var experts: [[Double]]
    /// Of the gate for each regressor, the intercept first.
    package var gate: [Double]
    /// Of the one more row, in units of the weights of the rows.
    package var weight: Double

    package init(experts: [[Double]], gate: [Double], weight: Double = 1) {
        self.experts = experts
        self.gate = gate
        self.weight = weight
    }

    package var isEmpty: Bool { gate.allSatisfy { $0 == 0 } && experts.allSatisfy { $0.allSatisfy { $0 == 0 } } }

    /// Of the experts in another order, or some of them: new expert k is old expert `order[k]`.
    package func reordered(_ order: [Int]) -> SlopePrior {
        SlopePrior(experts: order.map { experts[$0] }, gate: gate, weight: weight)
    }

    /// What is taken from the log-likelihood.
    package func value(_ model: MixtureModel) -> Double {
        var sum = 0.0
        for (expert, units) in zip(model.experts, experts) {
            for (slope, unit) in zip(expert.coefficients, units) where unit != 0 {
                // log cosh, where the hyperbolic cosine would overflow.
                let half = abs(0.5 * slope * unit)
                sum += half + log1p(exp(-2 * half)) - log(2)
            }
        }
        for (row, unit) in gate.enumerated() where unit != 0 {
            let slopes = gateSlopes(model.gate, row)
            let largest = slopes.max() ?? 0
            let count = Double(slopes.count)
            sum += largest + log(slopes.reduce(0) { $0 + exp($1 - largest) }) - log(count)
            sum -= slopes.reduce(0, +) / count
        }
        return weight * sum
    }

    /// By the coefficients of an expert, of what is taken.
    package func gradient(_ expert: Int, _ coefficients: [Double]) -> [Double] {
        zip(coefficients, experts[expert]).map { 0.5 * weight * $1 * tanh(0.5 * $0 * $1) }
    }

    /// The second derivatives by the coefficients of an expert: they are diagonal.
    package func curvature(_ expert: Int, _ coefficients: [Double]) -> [Double] {
        zip(coefficients, experts[expert]).map { slope, unit in
            let secant = 1 / cosh(0.5 * slope * unit)
            return 0.25 * weight * unit * unit * secant * secant
        }
    }

    /// By the coefficients of gate `first` for each regressor, of what is taken.
    package func gateGradient(_ model: SoftmaxGate, _ first: Int) -> [Double] {
        gate.enumerated().map { row, unit in
            unit == 0 ? 0 : weight * unit * (shares(model, row)[first] - 1 / Double(model.expertCount))
        }
    }

    /// The second derivatives by the coefficients of two gates, regressor by regressor: across regressors they are 0.
    package func gateCurvature(_ model: SoftmaxGate, _ first: Int, _ second: Int) -> [Double] {
        gate.enumerated().map { row, unit in
            guard unit != 0 else { return 0 }
            let shares = shares(model, row)
            return weight * unit * unit * shares[first] * ((first == second ? 1 : 0) - shares[second])
        }
    }

    private func gateSlopes(_ model: SoftmaxGate, _ row: Int) -> [Double] {
        (0..<model.expertCount).map { gate[row] * model.coefficients[row, $0] }
    }

    private func shares(_ model: SoftmaxGate, _ row: Int) -> [Double] {
        let slopes = gateSlopes(model, row)
        let largest = slopes.max() ?? 0
        let powers = slopes.map { exp($0 - largest) }
        let sum = powers.reduce(0, +)
        return powers.map { $0 / sum }
    }
}
