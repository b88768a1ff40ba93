/// The inverse of a symmetric positive semidefinite matrix on the directions that it determines.
///
/// By ``ScaledFactor``. Where columns are collinear the result is a symmetric, reflexive generalised inverse: c' A⁻ c is the
/// same for any of these wherever c is orthogonal to the null space.
package struct GeneralisedInverse: Sendable {
    package let inverse: Matrix
    /// Unit vectors that span what the matrix does not determine; one a column.
    let nullSpace: Matrix

    /// Over the largest eigenvalue: a negative one beyond it is more than rounding.
    private static let negative = 1e-6
    /// Part of a coordinate in a unit vector.
    private static let involved = 1e-5

    /// - Returns: nil where the matrix has a negative eigenvalue, or is not finite.
    package init?(_ matrix: Matrix) {
        let size = matrix.rowCount
        guard matrix.storage.allSatisfy(\.isFinite), (0..<size).allSatisfy({ matrix[$0, $0] >= 0 }),
            let factor = ScaledFactor(matrix, .inverse)
        else { return nil }
        var result = Matrix(rowCount: size, columnCount: size)
        switch factor.form {
        case .cholesky(let cholesky):
            for column in 0..<size {
                var unit = [Double](repeating: 0, count: size)
                unit[column] = 1
                for (row, value) in cholesky.solve(unit).enumerated() { result[row, column] = value }
            }
            nullSpace = Matrix(rowCount: size, columnCount: 0)
        case .eigen(let values, let vectors):
            let largest = max(values.last ?? 0, 0)
            guard (values.first ?? 0) >= -Self.negative * largest else { return nil }
            let least = factor.cutOff.eigenvalue * largest
            let kept = values.indices.filter { values[$0] > least }
            let root = Matrix(
                columns: kept.map { index in vectors.column(index).map { $0 / values[index].squareRoot() } })
            if !kept.isEmpty { result = root * root.transposed() }
            let lost = values.indices.filter { values[$0] <= least }
            nullSpace = Self.normalised(lost.map { zip(vectors.column($0), factor.scale).map(*) }, size)
        }
        inverse = result.scaled(by: factor.scale)
    }

    /// The coordinates that take part in a direction without information.
    package var undetermined: [Int] {
        (0..<inverse.rowCount).filter { index in
            (0..<nullSpace.columnCount).contains { abs(nullSpace[index, $0]) > Self.involved }
        }
    }

    private static func normalised(_ vectors: [[Double]], _ size: Int) -> Matrix {
        guard !vectors.isEmpty else { return Matrix(rowCount: size, columnCount: 0) }
        return Matrix(
            columns: vectors.map { vector in
                let length = dot(vector, vector).squareRoot()
                return length > 0 ? vector.map { $0 / length } : vector
            })
    }
}
