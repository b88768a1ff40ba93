import Foundation
import MixtureOfExperts
import Numerics

/// How the level of a category is drawn, given the columns before it: a multinomial logit with the shares of the levels and their
/// covariances with these columns.
///
/// Of all laws with these moments given the columns it is the one of largest entropy. A point has one level at most; the columns of all
/// others have their lower value.
struct CategoryDraw: Sendable {
    private let columns: [Int]
    /// The lower and the higher value of each column.
    private let values: [(low: Double, high: Double)]
    /// Positions of columns of levels that rows of the component have; nil for the level without a column.
    private let levels: [Int?]
    private let regressors: [Int]
    private let centers: [Double]
    private let scales: [Double]
    /// Of each level but the first: intercept, then slopes.
    private var coefficients: [[Double]]

    private static let iterations = 25
    private static let ridge = 1e-3
    private static let leastShare = 1e-9
    private static let tolerance = 1e-4

    /// - Parameters:
    ///   - columns: of the levels; the reference has none.
    ///   - regressors: columns that are drawn before.
    ///   - points: at which moments are compared.
    init(_ columns: [Int], _ moments: Moments, _ quantiles: [QuantileFunction], regressors: [Int], points: Matrix) {
        self.columns = columns
        self.regressors = regressors
        values = columns.map { quantiles[$0].pair }
        let shares = zip(columns, values).map { column, pair in
            pair.high > pair.low ? min(max((moments.mean[column] - pair.low) / (pair.high - pair.low), 0), 1) : 0
        }
        let rest = max(0, 1 - shares.reduce(0, +))
        let candidates = [(Int?.none, rest)] + shares.enumerated().map { (Int?.some($0), $1) }
        let present = candidates.filter { $0.1 > Self.leastShare }
        levels = present.map(\.0)
        let count = Double(points.rowCount)
        centers = regressors.map { points.column($0).reduce(0, +) / count }
        scales = regressors.map { quantiles[$0].deviation }
        coefficients = []
        let targets = present.dropFirst().map { level, share in
            [share]
                + regressors.enumerated().map { index, regressor in
                    guard let level else { return 0 }
                    let pair = values[level]
                    return moments.scatter[columns[level], regressor]
                        / (moments.weight * (pair.high - pair.low) * scales[index])
                }
        }
        fit(targets, shares: present.map(\.1), at: points)
    }

    private func standardised(_ points: Matrix) -> Matrix {
        Matrix(
            columns: regressors.indices.map { index in
                points.column(regressors[index]).map { ($0 - centers[index]) / scales[index] }
            })
    }

    /// Ascends the concave Σ a't - mean log Σ exp(a'x) with the curvature that it has where slopes are 0.
    private mutating func fit(_ targets: [[Double]], shares: [Double], at points: Matrix) {
        guard let first = shares.first, !targets.isEmpty else { return }
        let standard = regressors.isEmpty ? Matrix(rowCount: points.rowCount, columnCount: 0) : standardised(points)
        coefficients = zip(targets, shares.dropFirst()).map { target, share in
            [log(share / first)] + [Double](repeating: 0, count: regressors.count)
        }
        let own = shares.dropFirst().map { $0 }
        guard let curvature = Self.curvature(standard) else { return }
        var current = state(coefficients, targets, standard)
        for _ in 0..<Self.iterations where current.error > Self.tolerance {
            let directions = current.gradient.map { curvature.solve($0) }
            let common = (0...regressors.count).map { index in directions.reduce(0) { $0 + $1[index] } / first }
            var length = 1.0
            while length > 1e-3 {
                let trial = coefficients.indices.map { level in
                    (0...regressors.count).map { index in
                        coefficients[level][index]
                            + length * (directions[level][index] / own[level] + common[index])
                    }
                }
                let next = state(trial, targets, standard)
                if next.value > current.value {
                    (coefficients, current) = (trial, next)
                    break
                }
                length *= 0.5
            }
            if length <= 1e-3 { break }
        }
    }

    /// Of 1 and the regressors.
    private static func curvature(_ points: Matrix) -> Cholesky? {
        let size = points.columnCount + 1
        var sums = Matrix.identity(size)
        let product = points.transposed() * points
        for row in 1..<max(size, 1) {
            for column in 1..<size { sums[row, column] = product[row - 1, column - 1] / Double(points.rowCount) }
            sums[row, row] += ridge
        }
        return Cholesky(sums)
    }

    private struct State {
        var value: Double
        var gradient: [[Double]]

        var error: Double { gradient.joined().reduce(0) { max($0, abs($1)) } }
    }

    private func state(_ coefficients: [[Double]], _ targets: [[Double]], _ points: Matrix) -> State {
        let count = Double(points.rowCount)
        let slopes = coefficients.map { dot($0.dropFirst(), $0.dropFirst()) }.reduce(0, +)
        var state = State(value: -0.5 * Self.ridge * slopes, gradient: targets)
        for (target, own) in zip(targets, coefficients) { state.value += dot(target, own) }
        for level in coefficients.indices {
            for index in regressors.indices {
                state.gradient[level][index + 1] -= Self.ridge * coefficients[level][index + 1]
            }
        }
        var logits = [Double](repeating: 0, count: coefficients.count + 1)
        for row in 0..<points.rowCount {
            predict(coefficients, row, points, into: &logits)
            state.value -= Scalar.softmax(&logits) / count
            for level in coefficients.indices {
                let probability = logits[level + 1] / count
                state.gradient[level][0] -= probability
                for index in regressors.indices {
                    state.gradient[level][index + 1] -= probability * points[row, index]
                }
            }
        }
        return state
    }

    private func predict(_ coefficients: [[Double]], _ row: Int, _ points: Matrix, into logits: inout [Double]) {
        logits[0] = 0
        for (level, own) in coefficients.enumerated() {
            var sum = own[0]
            for index in regressors.indices { sum += own[index + 1] * points[row, index] }
            logits[level + 1] = sum
        }
    }

    /// - Parameter normals: independent of those of the columns before; the one of the first level decides.
    func draw(_ normals: Matrix, into points: inout Matrix) {
        let standard = regressors.isEmpty ? Matrix(rowCount: points.rowCount, columnCount: 0) : standardised(points)
        var logits = [Double](repeating: 0, count: levels.count)
        for row in 0..<points.rowCount {
            if coefficients.count + 1 == logits.count { predict(coefficients, row, standard, into: &logits) }
            Scalar.softmax(&logits)
            var left = Scalar.normalDistribution(normals[row, columns[0]])
            var chosen = levels.count - 1
            for (level, probability) in logits.enumerated() {
                left -= probability
                if left < 0 {
                    chosen = level
                    break
                }
            }
            for (position, column) in columns.enumerated() {
                points[row, column] = levels[chosen] == position ? values[position].high : values[position].low
            }
        }
    }
}

extension QuantileFunction {
    /// The two values; twice the one of a constant.
    fileprivate var pair: (low: Double, high: Double) {
        if case .twoValued(let low, let high, _) = shape { (low, high) } else { (mean, mean) }
    }
}
