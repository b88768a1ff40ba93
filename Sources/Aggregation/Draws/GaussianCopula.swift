import MixtureOfExperts
import Numerics

/// How covariates of one component are drawn: normal to anything (Cario & Nelson 1997, *Modeling and generating random vectors with arbitrary
/// marginal distributions and correlation matrix*).
///
/// Each covariate is Q_j(Φ(z_j)). The correlations of the normal z are such that the covariances of the covariates are those of the moments;
/// where no normal vector has them, the nearest that one has. Categories are drawn after the other columns, each as one variable.
struct GaussianCopula: Sendable {
    private let quantiles: [QuantileFunction]
    /// z is this matrix times independent normals; rows of length 1.
    private let root: Matrix
    private let categories: [CategoryDraw]

    private static let leastEigenvalue = 1e-9

    /// - Parameters:
    ///   - quantiles: of the covariates.
    ///   - groups: columns of levels of a category each.
    ///   - normals: points that the levels are fitted at; points x covariates.
    init(_ moments: Moments, _ quantiles: [QuantileFunction], groups: [[Int]], normals: Matrix) {
        self.quantiles = quantiles
        let count = quantiles.count
        let grouped = Set(groups.joined())
        let scale = moments.weight > 0 ? 1 / moments.weight : 1
        var correlations = Matrix.identity(count)
        for row in 0..<count where !grouped.contains(row) {
            for column in 0..<row where !grouped.contains(column) {
                let value = quantiles[row].latentCorrelation(
                    quantiles[column], covariance: scale * moments.scatter[row, column])
                correlations[row, column] = value
                correlations[column, row] = value
            }
        }
        root = Self.root(correlations)
        guard !groups.isEmpty else {
            categories = []
            return
        }
        var points = Self.covariates(quantiles, normals * root.transposed())
        var regressors = (0..<count).filter { !grouped.contains($0) && quantiles[$0].deviation > 0 }
        categories = groups.map { columns in
            let category = CategoryDraw(columns, moments, quantiles, regressors: regressors, points: points)
            category.draw(normals, into: &points)
            regressors += columns.filter { quantiles[$0].deviation > 0 }
            return category
        }
    }

    /// A square root of the nearest correlation matrix that has one.
    private static func root(_ correlations: Matrix) -> Matrix {
        if let cholesky = Cholesky(correlations) { return cholesky.factor }
        var (values, result) = symmetricEigen(correlations)
        values = values.map { max($0, leastEigenvalue).squareRoot() }
        for row in 0..<result.rowCount {
            for column in values.indices { result[row, column] *= values[column] }
            let own = result.row(row)
            let length = dot(own, own).squareRoot()
            for column in values.indices { result[row, column] /= length }
        }
        return result
    }

    /// - Parameter normals: independent; points x covariates.
    func points(_ normals: Matrix) -> Matrix {
        var result = Self.covariates(quantiles, normals * root.transposed())
        for category in categories { category.draw(normals, into: &result) }
        return result
    }

    private static func covariates(_ quantiles: [QuantileFunction], _ scores: Matrix) -> Matrix {
        var result = scores
        let rows = scores.rowCount
        for (column, quantile) in quantiles.enumerated() {
            for index in column * rows..<(column + 1) * rows { result.storage[index] = quantile(result.storage[index]) }
        }
        return result
    }
}
