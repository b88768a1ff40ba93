/// What stays where it is while an expert is fitted: the optimum is that of this submodel.
package struct HeldCoefficients: Sendable, Equatable {
    /// Experts with a mean and no slopes.
    var interceptOnly: Set<Int> = []
    /// Experts whose dispersion stays.
    var dispersions: Set<Int> = []
    /// Of an expert, by position.
    private var positions: [Int: Set<Int>] = [:]

    package init() {}

    subscript(expert: Int) -> Set<Int> { positions[expert] ?? [] }

    mutating func hold(_ held: some Sequence<Int>, of expert: Int) { positions[expert, default: []].formUnion(held) }

    /// Of some of the experts, in another order: new expert k is old expert `order[k]`.
    func reordered(_ order: [Int]) -> HeldCoefficients {
        var result = HeldCoefficients()
        result.interceptOnly = Set(order.indices.filter { interceptOnly.contains(order[$0]) })
        result.dispersions = Set(order.indices.filter { dispersions.contains(order[$0]) })
        for (new, old) in order.enumerated() { result.positions[new] = positions[old] }
        return result
    }
}
