/// A symmetric matrix A in the units of its diagonal, factored: S = D A D with D = |diag A|^-½ has a unit diagonal.
///
/// Units must not decide what counts as singular: beside a fraction, a year makes any matrix look so. A Cholesky factor
/// serves where the condition allows, else the eigenvalues tell what is determined.
package struct ScaledFactor: Sendable {
    /// What of S counts as nothing.
    package struct CutOff: Sendable {
        /// Of the reciprocal condition in the 1-norm: above it a Cholesky factor serves.
        package let condition: Double
        /// Of eigenvalues over the largest: directions below are left out.
        package let eigenvalue: Double
        /// Diagonal elements of A below it are scaled as if they were it.
        package let diagonal: Double

        /// Of a solution.
        ///
        /// The factor serves a little beyond the bound of the eigenvalues: right sides come from the same rows as the
        /// matrix, and have little along its flattest direction.
        package static let solution = CutOff(condition: 1e-11, eigenvalue: 1e-10, diagonal: 0)

        /// Of an inverse, which the flattest direction dominates: eigenvalues take over before their bound, and say which
        /// coordinates are not determined.
        package static let inverse = CutOff(condition: 1e-9, eigenvalue: 1e-10, diagonal: 0)

        /// Of a step of ascent.
        ///
        /// Its length is chosen after, so that flat directions do no harm; of what the rows say nothing about (a constant
        /// covariate) rounding would be magnified.
        package static let ascent = CutOff(condition: 1e-13, eigenvalue: 1e-9, diagonal: 1e-12)
    }

    enum Form: Sendable {
        case cholesky(Cholesky)
        /// Eigenvalues, ascending, and eigenvectors.
        case eigen(values: [Double], vectors: Matrix)
    }

    /// The diagonal of D; 0 where that of A is.
    let scale: [Double]
    /// Of S.
    let form: Form
    let cutOff: CutOff

    /// Nil where S is not finite, or would need eigenvalues that it may not have.
    ///
    /// - Parameter largestEigenproblem: beyond this size there are no eigenvalues.
    package init?(_ matrix: Matrix, _ cutOff: CutOff, largestEigenproblem: Int = .max) {
        let scale = (0..<matrix.rowCount).map { index in
            let diagonal = abs(matrix[index, index])
            return diagonal > 0 ? 1 / max(diagonal, cutOff.diagonal).squareRoot() : 0
        }
        let scaled = matrix.scaled(by: scale)
        guard scaled.storage.allSatisfy(\.isFinite) else { return nil }
        self.scale = scale
        self.cutOff = cutOff
        if let cholesky = Cholesky(scaled, condition: cutOff.condition) {
            form = .cholesky(cholesky)
        } else {
            guard matrix.rowCount <= largestEigenproblem else { return nil }
            let (values, vectors) = symmetricEigen(scaled)
            form = .eigen(values: values, vectors: vectors)
        }
    }

    /// A solution of A x = b; what is not determined is 0 in it, in the units of the diagonal.
    ///
    /// - Parameter absolute: takes the absolute values of the eigenvalues, for A that need not be positive: b'x is positive
    ///   then. Else negative ones count as 0.
    package func solve(_ right: [Double], absolute: Bool = false) -> [Double] {
        let target = zip(right, scale).map(*)
        switch form {
        case .cholesky(let cholesky):
            return zip(cholesky.solve(target), scale).map(*)
        case .eigen(let values, let vectors):
            let values = absolute ? values.map(abs) : values
            let least = cutOff.eigenvalue * max(values.max() ?? 0, 0)
            var solution = [Double](repeating: 0, count: target.count)
            for index in values.indices where values[index] > least {
                let coordinate = dot(vectors.column(index), target) / values[index]
                for row in solution.indices { solution[row] += coordinate * vectors[row, index] }
            }
            return zip(solution, scale).map(*)
        }
    }
}

extension ScaledFactor {
    /// b'|A|⁻¹b.
    ///
    /// Directions that ``solve(_:absolute:)`` leaves out count in full: what pulls along them is no rounding if this is large.
    package func decrement(_ right: [Double]) -> Double {
        let target = zip(right, scale).map(*)
        switch form {
        case .cholesky(let cholesky): return dot(target, cholesky.solve(target))
        case .eigen(let values, let vectors):
            let least = Self.roundingOfEigenvalues * (values.map(abs).max() ?? 0)
            return values.indices.reduce(0) { sum, index in
                let coordinate = dot(vectors.column(index), target)
                let value = max(abs(values[index]), least)
                return value > 0 ? sum + coordinate * coordinate / value : sum
            }
        }
    }

    /// The direction of the most negative eigenvalue, of length 1 in the units of the diagonal; nil where none is negative beyond
    /// rounding.
    package var negativeCurvature: [Double]? {
        guard case .eigen(let values, let vectors) = form,
            let index = values.indices.min(by: { values[$0] < values[$1] }),
            values[index] < -Self.roundingOfCurvature * (values.map(abs).max() ?? 0)
        else { return nil }
        return zip(vectors.column(index), scale).map(*)
    }

    private static let roundingOfEigenvalues = 1e-14
    private static let roundingOfCurvature = 1e-8
}

/// A solution of A x = b for a symmetric positive semidefinite A, by ``ScaledFactor``: where columns are constant or
/// collinear the one of least norm in the units of the diagonal, which leaves the undetermined directions at zero instead
/// of failing.
package func solvePositiveSemidefinite(_ matrix: Matrix, _ right: [Double]) -> [Double] {
    ScaledFactor(matrix, .solution)?.solve(right) ?? [Double](repeating: 0, count: right.count)
}

extension Matrix {
    /// D A D with D = diag(scale).
    package func scaled(by scale: [Double]) -> Matrix {
        var result = self
        for column in 0..<columnCount {
            for row in 0..<rowCount { result[row, column] *= scale[row] * scale[column] }
        }
        return result
    }
}
