import LinearAlgebra

/// Coefficients as a pass over blocks takes them: one for each position of z.
extension MixtureModel {
    /// Of the experts; K x length of z.
    var spreadExperts: [Double] { experts.flatMap { design.spread($0.coefficients, at: design.expertPositions) } }

    /// Of the gates; K x length of z.
    var spreadGates: [Double] {
        (0..<expertCount).flatMap { design.spread(gate.coefficients.column($0), at: design.gatePositions) }
    }
}

extension Design {
    /// Coefficients at their positions in z, zero elsewhere.
    package func spread(_ coefficients: some Collection<Double>, at positions: [Int]) -> [Double] {
        var result = [Double](repeating: 0, count: momentCount)
        for (position, value) in zip(positions, coefficients) { result[position] = value }
        return result
    }
}
