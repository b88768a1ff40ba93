/// The inverse of a symmetric positive semidefinite matrix on the directions that it determines.
///
/// The matrix is scaled to a unit diagonal first, so that units cannot decide what counts as singular. Where columns are
/// collinear the result is a symmetric, reflexive generalised inverse: c' A⁻ c is the same for any of these wherever c is
/// orthogonal to the null space.
package struct GeneralisedInverse: Sendable {
    package let inverse: Matrix
    /// Unit vectors that span what the matrix does not determine; one a column.
    let nullSpace: Matrix

    /// Largest eigenvalues beyond which a negative one is more than rounding.
    private static let negative = 1e-6
    private static let determined = 1e-10
    /// Part of a coordinate in a unit vector.
    private static let involved = 1e-5

    /// - Returns: nil where the matrix has a negative eigenvalue, or is not finite.
    package init?(_ matrix: Matrix) {
        let size = matrix.rowCount
        guard matrix.storage.allSatisfy(\.isFinite), (0..<size).allSatisfy({ matrix[$0, $0] >= 0 }) else { return nil }
        let scale = (0..<size).map { matrix[$0, $0] > 0 ? 1 / matrix[$0, $0].squareRoot() : 0 }
        var scaled = matrix
        for column in 0..<size {
            for row in 0..<size { scaled[row, column] *= scale[row] * scale[column] }
        }
        var result = Matrix(rowCount: size, columnCount: size)
        if let cholesky = Cholesky(scaled), cholesky.reciprocalCondition(of: scaled) > 1e-9 {
            for column in 0..<size {
                var unit = [Double](repeating: 0, count: size)
                unit[column] = 1
                for (row, value) in cholesky.solve(unit).enumerated() { result[row, column] = value }
            }
            nullSpace = Matrix(rowCount: size, columnCount: 0)
        } else {
            let (values, vectors) = symmetricEigen(scaled)
            let largest = max(values.last ?? 0, 0)
            guard (values.first ?? 0) >= -Self.negative * largest else { return nil }
            let kept = values.indices.filter { values[$0] > Self.determined * largest }
            let root = Matrix(
                columns: kept.map { index in vectors.column(index).map { $0 / values[index].squareRoot() } })
            if !kept.isEmpty { result = root * root.transposed() }
            let lost = values.indices.filter { values[$0] <= Self.determined * largest }
            nullSpace = Self.normalised(lost.map { zip(vectors.column($0), scale).map(*) }, size)
        }
        for column in 0..<size {
            for row in 0..<size { result[row, column] *= scale[row] * scale[column] }
        }
        inverse = result
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
