import MixtureOfExperts
import Numerics

/// Ways to cut the rows of a shard into as many parts as there are experts, each the beginning of one.
///
/// Which optimum a fit reaches depends on its start, and no single way wins on all data: starts go through all of them.
package enum StartStrategy: CaseIterable {
    /// k-means on covariates.
    case covariateClusters
    /// k-means on covariates and residuals.
    case covariateResidualClusters
    case residualBands
    /// Bands of fitted values.
    case fittedBands
    /// Cluster-wise regression.
    case regressionClusters

    /// As the report of a fit has it.
    var reported: FitReport.Start.Strategy {
        switch self {
        case .covariateClusters: .covariateClusters
        case .covariateResidualClusters: .covariateResidualClusters
        case .residualBands: .residualBands
        case .fittedBands: .fittedBands
        case .regressionClusters: .regressionClusters
        }
    }

    /// - Parameter rows: standardised.
    package func model(
        rows: ShardRows, design: Design, family: any ExpertFamily, options: FitOptions,
        using random: inout RandomNumbers
    ) -> MixtureModel {
        let all = rows
        let rows = all.ofRegressions(options.fixed, family)
        let working = ShardRows(
            covariates: rows.covariates,
            responses: WorkingResponses.values(rows, design: design, family: family, using: &random),
            weights: rows.weights)
        let labels = labels(rows: working, design: design, count: options.expertCount, using: &random)
        return Self.model(labels: labels, rows: rows, design: design, family: family, options: options)
            .adding(options.fixed, all)
    }

    private func labels(
        rows: ShardRows, design: Design, count: Int, using random: inout RandomNumbers
    ) -> [Int] {
        let fitted = Self.globalFit(rows, design)
        let residuals = zip(rows.responses, fitted).map(-)
        switch self {
        case .covariateClusters:
            return KMeans.labels(Self.scattered(rows.covariates, using: &random), count: count, using: &random)
        case .covariateResidualClusters:
            let deviation = (dot(residuals, residuals) / Double(max(residuals.count, 1))).squareRoot()
            // Residuals weigh as much as all covariates together.
            let weight = Double(rows.covariates.columnCount).squareRoot() / max(deviation, 1e-12)
            let points = Matrix(
                rowCount: rows.rowCount, columnCount: rows.covariates.columnCount + 1,
                storage: rows.covariates.storage + residuals.map { $0 * weight })
            return KMeans.labels(points, count: count, using: &random)
        case .residualBands:
            return Self.bands(residuals, count: count, using: &random)
        case .fittedBands:
            return Self.bands(fitted, count: count, using: &random)
        case .regressionClusters:
            return Self.regressionClusters(rows, design, count: count, using: &random)
        }
    }

    /// Covariates with random weights, so that repeated starts look at different ones.
    private static func scattered(_ covariates: Matrix, using random: inout RandomNumbers) -> Matrix {
        var result = covariates
        for column in 0..<result.columnCount {
            let weight = 0.5 + random.uniform()
            for row in 0..<result.rowCount { result[row, column] *= weight }
        }
        return result
    }

    private static func globalFit(_ rows: ShardRows, _ design: Design) -> [Double] {
        let all = rows.moments(factors: Matrix(rowCount: rows.rowCount, columnCount: 1, repeating: 1))
        let coefficients = all[0].regression(on: design.expertCovariates).coefficients
        return fitted(rows, design, coefficients)
    }

    private static func fitted(_ rows: ShardRows, _ design: Design, _ coefficients: [Double]) -> [Double] {
        var result = [Double](repeating: coefficients[0], count: rows.rowCount)
        for (index, column) in design.expertCovariates.enumerated() {
            let slope = coefficients[index + 1]
            for (row, value) in rows.covariates.column(column).enumerated() { result[row] += slope * value }
        }
        return result
    }

    /// Bands of random shares between the ordered values.
    private static func bands(_ values: [Double], count: Int, using random: inout RandomNumbers) -> [Int] {
        let shares = (0..<count).map { _ in 0.3 + random.uniform() }
        let total = shares.reduce(0, +)
        var edges = [Double]()
        var sum = 0.0
        for share in shares {
            sum += share
            edges.append(sum / total)
        }
        let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
        var labels = [Int](repeating: 0, count: values.count)
        for (rank, row) in order.enumerated() {
            let position = (Double(rank) + 0.5) / Double(values.count)
            labels[row] = min(edges.firstIndex { position < $0 } ?? count - 1, count - 1)
        }
        return labels
    }

    /// Regressions on a few random rows each, then rows to the nearest regression and back, some times.
    private static func regressionClusters(
        _ rows: ShardRows, _ design: Design, count: Int, using random: inout RandomNumbers
    ) -> [Int] {
        let order = random.permutation(rows.rowCount)
        let seedRows = min(
            max(2 * (design.expertCovariates.count + 1), rows.rowCount / (4 * count)), rows.rowCount / count)
        var labels = [Int](repeating: -1, count: rows.rowCount)
        for (rank, row) in order.prefix(seedRows * count).enumerated() { labels[row] = rank % count }
        for _ in 0..<8 {
            let predictions = rows.moments(factors: indicators(labels, count: count)).map {
                fitted(rows, design, $0.regression(on: design.expertCovariates).coefficients)
            }
            for row in labels.indices {
                var least = Double.infinity
                for (index, prediction) in predictions.enumerated() {
                    let error = abs(rows.responses[row] - prediction[row])
                    if error < least { (least, labels[row]) = (error, index) }
                }
            }
        }
        return labels
    }

    private static func indicators(_ labels: [Int], count: Int) -> Matrix {
        var result = Matrix(rowCount: labels.count, columnCount: count)
        for (row, label) in labels.enumerated() where label >= 0 { result[row, label] = 1 }
        return result
    }

    /// Of an expert whose fit is not closed: EM goes on from there.
    private static let newtonSteps = 4

    /// Experts with parameters by weighted fits to the parts, gate by softmax regression on them; parts overlap a little, so that no
    /// expert begins without spread.
    static func model(
        labels: [Int], rows: ShardRows, design: Design, family: any ExpertFamily, options: FitOptions
    ) -> MixtureModel {
        let count = options.expertCount
        var factors = indicators(labels, count: count)
        for index in factors.storage.indices {
            factors.storage[index] = 0.9 * factors.storage[index] + 0.1 / Double(count)
        }
        let experts = WeightedFit(
            design: design, family: family, dispersionFloor: options.varianceFloor, iterations: newtonSteps
        ).experts(rows, factors: factors)
        let gate = SoftmaxRegression(rows: rows, design: design, targets: factors, ridgePerRow: 1e-3)
            .fit(iterations: 4)
        return MixtureModel(design: design, family: family, gate: gate, experts: experts)
    }
}
