import Numerics

extension ConditionalMixture {
    /// The first row whose linear predictors or gates cannot be computed; nil where all can.
    ///
    /// Parameters are at most 1e100, so that predictors of covariates up to 1e30 are below 1e150 and the gates are numbers. Of other rows
    /// the predictors themselves must be below 1e150: a mean whose square is infinite has no standard deviation, and a difference of
    /// infinite log odds is no number.
    package func firstRowOutOfReach(_ covariates: Matrix) -> Int? {
        let questioned = (0..<covariates.rowCount).filter { row in
            (0..<covariates.columnCount).contains { !(abs(covariates[row, $0]) <= unquestioned) }
        }
        guard !questioned.isEmpty else { return nil }
        let rows = covariates.rows(questioned)
        let (gates, predictors) = (gateProbabilities(rows), predictors(rows))
        return questioned.indices.first { row in
            !gates.row(row).allSatisfy(\.isFinite) || !predictors.row(row).allSatisfy { abs($0) <= largestPredictor }
        }.map { questioned[$0] }
    }
}

private let unquestioned = 1e30
private let largestPredictor = 1e150
