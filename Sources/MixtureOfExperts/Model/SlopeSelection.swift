/// Which slopes of a mixture a lasso chose: a 0 among these says that the expert, or the gate, does without the covariate.
package struct SlopeSelection: Sendable, Equatable {
    /// The gate's, against its last expert.
    package var gate: Bool
    /// Those of each expert.
    package var experts: [Bool]

    package init(gate: Bool, experts: [Bool]) {
        self.gate = gate
        self.experts = experts
    }

    func reordered(_ order: [Int]) -> SlopeSelection { SlopeSelection(gate: gate, experts: order.map { experts[$0] }) }
}
