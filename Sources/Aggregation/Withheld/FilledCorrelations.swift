import MixtureOfExperts
import Numerics

/// Correlations of the covariates of experts that release none: those within all experts that release theirs.
///
/// Whoever knows the released correlations can fill in the same, so that nothing of the site follows from what is made with them.
extension [Contribution] {
    package func withCorrelationsFilledIn() -> [Contribution] {
        guard contains(where: { !$0.fitted.withheldCovariances.isEmpty }) else { return self }
        let pool = PooledCorrelations(self)
        return map { contribution in
            var result = contribution
            result.fitted.fillIn(pool)
            return result
        }
    }
}

private struct PooledCorrelations {
    private let positions: [String: Int]
    /// Σ (x - mean)(x - mean)' within experts.
    private var sums: Matrix

    init(_ contributions: [Contribution]) {
        let names = Set(contributions.flatMap(\.fitted.model.design.covariates)).sorted()
        positions = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
        sums = Matrix(rowCount: names.count, columnCount: names.count)
        for fitted in contributions.map(\.fitted) {
            let own = fitted.model.design.covariates.compactMap { positions[$0] }
            for (expert, moments) in fitted.moments.enumerated() where !fitted.withheldCovariances.contains(expert) {
                for (row, first) in own.enumerated() {
                    for (column, second) in own.enumerated() { sums[first, second] += moments.scatter[row, column] }
                }
            }
        }
    }

    /// Among some covariates; a positive definite matrix.
    func correlations(_ names: [String]) -> Matrix {
        let own = names.compactMap { positions[$0] }
        var result = Matrix.identity(own.count)
        for (row, first) in own.enumerated() {
            for (column, second) in own.enumerated() where row != column {
                let scale = (sums[first, first] * sums[second, second]).squareRoot()
                result[row, column] = scale > 0 ? sums[first, second] / scale : 0
            }
        }
        // Collinear covariates, and sites that have different ones.
        for step in Self.shrinkages where Cholesky(result) == nil {
            for row in own.indices {
                for column in own.indices where row != column { result[row, column] *= 1 - step }
            }
        }
        return Cholesky(result) == nil ? .identity(own.count) : result
    }

    private static let shrinkages = (0..<10).map { 0.001 * Double(1 << $0) }
}

extension FittedMixture {
    fileprivate mutating func fillIn(_ pool: PooledCorrelations) {
        guard !withheldCovariances.isEmpty else { return }
        let correlations = pool.correlations(model.design.covariates)
        for expert in withheldCovariances {
            moments[expert] = filled(expert, correlations)
            if !information.isEmpty {
                information[expert] = blockInformation(
                    expert, gram: moments[expert].gram(of: model.design.expertCovariates))
            }
        }
        withheldCovariances = []
    }

    /// With the products that the slopes give; those of an expert without slopes are its own.
    private func filled(_ expert: Int, _ correlations: Matrix) -> Moments {
        let own = moments[expert]
        let response = own.count - 1
        var scatter = own.scatter
        for row in 0..<response {
            for column in 0..<row {
                scatter[row, column] =
                    correlations[row, column]
                    * (own.scatter[row, row] * own.scatter[column, column]).squareRoot()
            }
        }
        let regressors = model.design.expertCovariates
        let slopes = Array(model.experts[expert].coefficients.dropFirst())
        guard model.family is GaussianFamily, slopes.contains(where: { $0 != 0 }) else {
            return own.with(scatter.withPossibleResponse(response))
        }
        for row in 0..<response {
            scatter[response, row] = zip(slopes, regressors).reduce(0) { $0 + $1.0 * scatter[row, $1.1] }
        }
        let explained = zip(slopes, regressors).reduce(0) { $0 + $1.0 * scatter[response, $1.1] }
        scatter[response, response] = explained + own.weight * model.experts[expert].dispersion
        return own.with(scatter)
    }
}

extension Moments {
    fileprivate func with(_ scatter: PackedSymmetric) -> Moments {
        Moments(weight: weight, squaredWeight: squaredWeight, mean: mean, scatter: scatter)
    }
}

extension PackedSymmetric {
    /// With a variance of the response that its products with the covariates can have: these are of the expert's own rows, the
    /// correlations are not.
    fileprivate func withPossibleResponse(_ response: Int) -> PackedSymmetric {
        let columns = (0..<response).filter { self[$0, $0] > 0 }
        let products = columns.map { self[response, $0] }
        let slopes = solvePositiveSemidefinite(submatrix(rows: columns, columns: columns), products)
        let explained = zip(slopes, products).reduce(0) { $0 + $1.0 * $1.1 }
        var result = self
        result[response, response] = max(self[response, response], explained * (1 + 1e-9))
        return result
    }
}
