import Numerics

/// Weighted moments of (x₁, …, x_d, y): all that a Gaussian expert needs of its rows, and the covariate sketch.
///
/// Additive by ``merge(_:)``. Kept as weight, mean and scatter about the mean rather than as raw sums Σw z z': for a
/// covariate such as a year or a time stamp the raw sums lose to cancellation what the scatter keeps.
package struct Moments: Sendable, Equatable {
    /// Σw.
    package private(set) var weight: Double
    /// Σw² of the row weights, each taken with the share of the row that belongs here; see ``effectiveRows``.
    package private(set) var squaredWeight: Double
    /// d + 1 values, the response last.
    package private(set) var mean: [Double]
    /// Σw (z - mean)(z - mean)', of size d + 1.
    package private(set) var scatter: PackedSymmetric

    package init(count: Int) {
        weight = 0
        squaredWeight = 0
        mean = [Double](repeating: 0, count: count)
        scatter = PackedSymmetric(size: count)
    }

    package init(weight: Double, squaredWeight: Double, mean: [Double], scatter: PackedSymmetric) {
        self.weight = weight
        self.squaredWeight = squaredWeight
        self.mean = mean
        self.scatter = scatter
    }

    /// From raw sums Σw z z' with z = (1, x, y), as a pass over standardised rows collects them.
    package init(rawSums: PackedSymmetric, squaredWeight: Double) {
        let count = rawSums.size - 1
        weight = rawSums[0, 0]
        self.squaredWeight = squaredWeight
        let total = weight
        let means = (0..<count).map { total > 0 ? rawSums[$0 + 1, 0] / total : 0 }
        mean = means
        scatter = PackedSymmetric(size: count)
        for row in 0..<count {
            for column in 0...row {
                scatter[row, column] = rawSums[row + 1, column + 1] - total * means[row] * means[column]
            }
            scatter[row, row] = max(scatter[row, row], 0)
            // Where a variance is lost in rounding, so is every covariance with it.
            for column in 0..<row {
                let bound = scatter[row, row].squareRoot() * scatter[column, column].squareRoot()
                scatter[row, column] = min(max(scatter[row, column], -bound), bound)
            }
        }
    }

    package var count: Int { mean.count }

    /// (Σw)² / Σw²: the number of rows with equal weights that would say as much; Στ where all rows weigh 1.
    package var effectiveRows: Double { squaredWeight > 0 ? weight * weight / squaredWeight : 0 }

    /// Covariance of x under these moments; d x d.
    package func covariance(of indices: [Int]) -> Matrix {
        var result = scatter.submatrix(rows: indices, columns: indices)
        if weight > 0 { for index in result.storage.indices { result.storage[index] /= weight } }
        return result
    }

    /// Σ w z z', z = (1, the variables at `indices`).
    package func gram(of indices: [Int]) -> Matrix {
        let point = [1] + indices.map { mean[$0] }
        var result = Matrix(rowCount: point.count, columnCount: point.count)
        for column in point.indices {
            for row in point.indices {
                let within = row > 0 && column > 0 ? scatter[indices[row - 1], indices[column - 1]] : 0
                result[row, column] = within + weight * point[row] * point[column]
            }
        }
        return result
    }

    /// Adds the moments of other rows (Chan, Golub & LeVeque 1983, pairwise update).
    package mutating func merge(_ other: Moments) {
        precondition(count == other.count, "moments of different variables")
        guard other.weight > 0 else { return }
        guard weight > 0 else {
            self = other
            return
        }
        let total = weight + other.weight
        let difference = zip(other.mean, mean).map(-)
        scatter += other.scatter
        scatter.addOuterProduct(difference, scale: weight * other.weight / total)
        for index in mean.indices { mean[index] += difference[index] * (other.weight / total) }
        weight = total
        squaredWeight += other.squaredWeight
    }

    /// The moments of the variables in another order: new variable i is old variable `order[i]`.
    func permuted(_ order: [Int]) -> Moments {
        Moments(
            weight: weight, squaredWeight: squaredWeight, mean: order.map { mean[$0] },
            scatter: scatter.permuted(order))
    }

    /// The moments with one variable set to the same value in all rows.
    package func withConstant(_ index: Int, value: Double) -> Moments {
        var result = self
        result.mean[index] = value
        for other in 0..<count { result.scatter[index, other] = 0 }
        return result
    }

    /// With a variable that varies independently of all others but the response, which follows it; per row.
    package func varying(_ index: Int, variance: Double, slope: Double) -> Moments {
        var result = self
        let response = count - 1
        result.scatter[index, index] = weight * variance
        result.scatter[response, index] = weight * variance * slope
        result.scatter[response, response] += weight * variance * slope * slope
        return result
    }

    /// With the mean of a variable at another value, and that of the response along a slope.
    package func moved(_ index: Int, to value: Double, slope: Double) -> Moments {
        var result = self
        result.mean[count - 1] += slope * (value - mean[index])
        result.mean[index] = value
        return result
    }

    /// The moments of the same rows with all weights multiplied by `factor`.
    package func scaled(by factor: Double) -> Moments {
        Moments(
            weight: factor * weight, squaredWeight: factor * factor * squaredWeight, mean: mean,
            scatter: factor * scatter)
    }

    package static func sum(_ parts: some Sequence<Moments>, count: Int) -> Moments {
        parts.reduce(into: Moments(count: count)) { $0.merge($1) }
    }

    /// The moments of center + scale · z.
    package func rescaled(center: [Double], scale: [Double]) -> Moments {
        var result = self
        for row in 0..<count {
            let offset = scale[row] * mean[row]
            let value = center[row] + offset
            // What is left of equal terms is their rounding: a flag that no row has must not get a mean of 1e-18 here, and another
            // one at the next site, from which a spread between sites would be taken.
            result.mean[row] = abs(value) <= 4 * abs(offset).ulp ? 0 : value
            for column in 0...row { result.scatter[row, column] *= scale[row] * scale[column] }
        }
        return result
    }

    /// Least squares of the response on an intercept and the covariates at `indices`.
    ///
    /// - Returns: coefficients, the intercept first, and the mean squared residual. Directions that the rows do not
    ///   determine get coefficient 0.
    package func regression(on indices: [Int]) -> (coefficients: [Double], residualVariance: Double) {
        let response = count - 1
        let slopes = solvePositiveSemidefinite(
            scatter.submatrix(rows: indices, columns: indices), indices.map { scatter[$0, response] })
        let intercept = mean[response] - dot(slopes, indices.map { mean[$0] })
        let coefficients = [intercept] + slopes
        return (coefficients, meanSquaredResidual(of: coefficients, on: indices))
    }

    /// Mean squared residual of any coefficients, as the quadratic form (−b, 1)' S (−b, 1) / Σw plus the squared mean
    /// residual; Σy² − b'Σxy would cancel where the fit is close.
    package func meanSquaredResidual(of coefficients: [Double], on indices: [Int]) -> Double {
        guard weight > 0 else { return 0 }
        let positions = indices + [count - 1]
        let contrast = coefficients.dropFirst().map { -$0 } + [1]
        var quadratic = 0.0
        for (row, first) in positions.enumerated() {
            for (column, second) in positions.enumerated() {
                quadratic += contrast[row] * contrast[column] * scatter[first, second]
            }
        }
        let offset = dot(contrast, positions.map { mean[$0] }) - coefficients[0]
        return max(quadratic, 0) / weight + offset * offset
    }
}
