import MixtureOfExperts
import Numerics

/// Finds covariates that the rows of a shard cannot distinguish from a constant or from others.
enum Collinearity {
    /// - Parameters:
    ///   - moments: of all rows, standardised.
    ///   - known: constant covariates that have been reported.
    static func warnings(
        _ moments: Moments, _ standardisation: Standardisation, _ design: Design, known: Set<Int>
    ) -> [FitWarning] {
        let constant = design.covariates.indices.filter { standardisation.constantColumns.contains($0) }
        let varying = design.covariates.indices.filter { !constant.contains($0) }
        return constant.filter { !known.contains($0) }.map { column in
            let name = design.covariates[column]
            return standardisation.unresolvedColumns.contains(column)
                ? .unresolvedCovariate(covariate: name) : .constantCovariate(covariate: name)
        }
            + dependent(moments.covariance(of: varying)).map {
                .collinearCovariate(covariate: design.covariates[varying[$0]])
            }
    }

    /// Columns, in order, that are determined by the columns before them: a Cholesky factorisation of the correlations
    /// that leaves out a column whose remaining variance vanishes.
    private static func dependent(_ correlation: Matrix) -> [Int] {
        let size = correlation.rowCount
        var factor = Matrix(rowCount: size, columnCount: size)
        var result = [Int]()
        for row in 0..<size {
            for column in 0..<row where factor[column, column] > 0 {
                var sum = correlation[row, column]
                for inner in 0..<column { sum -= factor[row, inner] * factor[column, inner] }
                factor[row, column] = sum / factor[column, column]
            }
            var remaining = correlation[row, row]
            for inner in 0..<row { remaining -= factor[row, inner] * factor[row, inner] }
            if remaining > ScaledFactor.CutOff.solution.eigenvalue {
                factor[row, row] = remaining.squareRoot()
            } else {
                result.append(row)
            }
        }
        return result
    }
}
