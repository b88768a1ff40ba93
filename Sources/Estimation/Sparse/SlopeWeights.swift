import MixtureOfExperts

/// The weights of a lasso in standard units, for a sum of row weights of 1.
package struct SlopeWeights: Sendable, Equatable {
    var gate: Double
    var experts: Double
    /// Once slopes are chosen: those at 0 stay there, the others are free.
    var holdsZeros = false

    package init(gate: Double, experts: Double) {
        self.gate = gate
        self.experts = experts
    }

    /// From weights of a ``Lasso``.
    ///
    /// A slope in standard units belongs to a deviation that divides by Σw, and to the response over its scale.
    ///
    /// - Parameter weight: Σw of the rows as they came.
    init(gate: Double, experts: Double, _ standardisation: Standardisation, weight: Double) {
        let deviations = weight > 1 ? (weight / (weight - 1)).squareRoot() : 1
        self.gate = gate * deviations / weight
        self.experts = experts * deviations * standardisation.responseScale / weight
    }

    func scaled(by factor: Double) -> SlopeWeights {
        var result = self
        result.gate *= factor
        result.experts *= factor
        return result
    }

    func gateWeight(of slope: Double) -> Double { holdsZeros ? (slope == 0 ? .infinity : 0) : gate }
    func expertWeight(of slope: Double) -> Double { holdsZeros ? (slope == 0 ? .infinity : 0) : experts }

    /// gate · |gate slopes|₁ + experts · |expert slopes|₁.
    package func value(_ model: MixtureModel) -> Double {
        guard !holdsZeros else { return 0 }
        var gateSlopes = 0.0
        let coefficients = model.gate.coefficients
        for column in 0..<coefficients.columnCount {
            for row in 1..<max(coefficients.rowCount, 1) { gateSlopes += abs(coefficients[row, column]) }
        }
        let layout = model.design.expertLayout
        let expertSlopes = model.experts.reduce(0) { sum, expert in
            expert.coefficients.indices.reduce(sum) {
                layout.isIntercept($1) ? $0 : $0 + abs(expert.coefficients[$1])
            }
        }
        return gate * gateSlopes + experts * expertSlopes
    }
}
