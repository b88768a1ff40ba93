import Numerics

extension PackedSymmetric {
    /// Of correlations, which rounding of a sum over rows may be off by.
    private static let rounding = 1e-6

    /// Why the matrix is no sum Σ w z z' with weights that are not negative; nil where it is.
    var sumOfSquaresProblem: String? {
        guard (0..<size).allSatisfy({ self[$0, $0] >= 0 }) else { return "has a negative variance" }
        let roots = (0..<size).map { self[$0, $0].squareRoot() }
        for row in 0..<size {
            for column in 0..<row where abs(self[row, column]) > (1 + Self.rounding) * roots[row] * roots[column] {
                return "has a correlation beyond 1"
            }
        }
        let varying = roots.indices.filter { roots[$0] > 0 }
        var correlations = Matrix.identity(varying.count)
        for (row, first) in varying.enumerated() {
            correlations[row, row] += Self.rounding
            for (column, second) in varying.enumerated() where column != row {
                // One root at a time: their product may be too small for a double.
                correlations[row, column] = self[first, second] / roots[first] / roots[second]
            }
        }
        return Cholesky(correlations) == nil ? "has a combination of columns with a negative variance" : nil
    }
}
