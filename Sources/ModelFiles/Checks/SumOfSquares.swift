import Numerics

extension PackedSymmetric {
    /// Of correlations, which rounding of a sum over rows may be off by.
    private static let rounding = 1e-6

    /// Of the terms that a difference is left of.
    private static let cancellation = 1e-9

    /// Why the matrix is no sum Σ w z z' with weights that are not negative; nil where it is.
    ///
    /// - Parameter scales: for each variable the root of what a sum of its squares may be. Sums in the units of the columns are made of sums in
    ///   standard units, and what is far below these may be their rounding: it counts as nothing.
    func sumOfSquaresProblem(scales: [Double]) -> String? {
        var lifted = self
        for index in 0..<size { lifted[index, index] += Self.cancellation * (scales[index] * scales[index]) }
        return lifted.sumOfSquaresProblem
    }

    private var sumOfSquaresProblem: String? {
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
