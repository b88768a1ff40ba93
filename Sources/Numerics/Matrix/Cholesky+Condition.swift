extension Cholesky {
    /// An estimate of 1 / condition number in the 1-norm of the matrix that was factored; 0 where it overflows.
    ///
    /// It is seldom more than three times the true one, and never below it but for rounding.
    package func reciprocalCondition(of matrix: Matrix) -> Double {
        let size = factor.rowCount
        guard size > 0 else { return 1 }
        let norm = (0..<size).map { Self.norm(matrix.column($0)) }.max() ?? 0
        let reciprocal = 1 / inverseNorm() / norm
        return reciprocal.isFinite ? reciprocal : 0
    }

    /// A lower bound of ‖A⁻¹‖₁, the maximum of ‖A⁻¹ x‖₁ over ‖x‖₁ = 1: a convex function, so that it is ascended from unit vector
    /// to unit vector by its subgradients (Hager 1984, SIAM J.
    ///
    /// Sci. Stat. Comput. 5; Higham 1988, ACM Trans. Math. Softw. 14, algorithm 4.1, as LAPACK's `dlacn2`).
    private func inverseNorm() -> Double {
        let size = factor.rowCount
        var image = solve([Double](repeating: 1 / Double(size), count: size))
        var estimate = Self.norm(image)
        guard size > 1 else { return estimate }
        var signs = Self.signs(image)
        var slope = solve(signs)
        var position = Self.largest(slope)
        for _ in 0..<4 {
            image = [Double](repeating: 0, count: size)
            image[position] = 1
            image = solve(image)
            let before = estimate
            estimate = max(estimate, Self.norm(image))
            let turned = Self.signs(image)
            if turned == signs || !(estimate > before) { break }
            signs = turned
            slope = solve(signs)
            let next = Self.largest(slope)
            if abs(slope[next]) == abs(slope[position]) { break }
            position = next
        }
        // Where the ascent is led astray by cancellation this vector, of norm 3 size / 2, seldom is.
        let alternating = (0..<size).map { index -> Double in
            let length = 1 + Double(index) / Double(size - 1)
            return index % 2 == 0 ? length : -length
        }
        return max(estimate, 2 * Self.norm(solve(alternating)) / Double(3 * size))
    }

    private static func norm(_ vector: some Collection<Double>) -> Double { vector.reduce(0) { $0 + abs($1) } }

    private static func signs(_ vector: [Double]) -> [Double] { vector.map { $0 < 0 ? -1 : 1 } }

    /// The first position of the largest absolute value.
    private static func largest(_ vector: [Double]) -> Int {
        vector.indices.reduce(0) { abs(vector[$1]) > abs(vector[$0]) ? $1 : $0 }
    }
}
