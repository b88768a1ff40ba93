import MixtureOfExperts
import Numerics

/// The maximum-likelihood expert for weighted rows (paper, appendix B): closed where the family has it, else by Newton steps.
///
/// The M-step of a local fit and the barycentre of an aggregation are this, fed with different rows.
package struct WeightedFit {
    let design: Design
    let family: any ExpertFamily
    let dispersionFloor: Double
    /// Where the fit is not closed: most steps, and the change per row that ends them.
    let iterations: Int
    private static let tolerance = 1e-10

    package init(design: Design, family: any ExpertFamily, dispersionFloor: Double, iterations: Int = 25) {
        self.design = design
        self.family = family
        self.dispersionFloor = dispersionFloor
        self.iterations = iterations
    }

    /// One expert for each column of `factors`.
    ///
    /// - Parameters:
    ///   - rows: standardised.
    ///   - factors: rows x experts, the share of each row's weight.
    package func experts(_ rows: ShardRows, factors: Matrix) -> [Expert] {
        if let closed = family as? any ClosedFormFamily {
            return rows.moments(factors: factors).map {
                closed.fit($0, on: design.expertCovariates, dispersionFloor: dispersionFloor)
            }
        }
        return (0..<factors.columnCount).map { expert(rows.weighted(by: factors.column($0)), from: nil) }
    }

    /// - Parameters:
    ///   - start: where Newton steps begin; by default the best expert without slopes.
    ///   - holdsDispersion: whether the dispersion stays that of the start.
    func expert(_ rows: ShardRows, from start: Expert?, holdsDispersion: Bool = false) -> Expert {
        let start = start ?? family.constantExpert(rows, covariates: design.expertCovariates.count)
        let weight = rows.totalWeight
        guard weight > 0 else { return start }
        var options = FitOptions(expertCount: 1)
        options.varianceFloor = dispersionFloor
        var held = HeldCoefficients()
        if holdsDispersion { held.dispersions = [0] }
        let algorithm = GeneralisedEM(
            rows: rows, weight: weight, options: options, parallelism: .serial, held: held)
        let model = MixtureModel(design: design, family: family, ungated: [start])
        return algorithm.run(from: algorithm.state(model), iterations: iterations, tolerance: Self.tolerance)
            .state.model.experts[0]
    }

    /// The barycentre of some experts: the expert most likely for their mean statistics at points (paper, section 4).
    ///
    /// - Parameters:
    ///   - points: rows x covariates.
    ///   - statistics: at the points, with the masses there.
    package func barycentre(_ points: Matrix, _ statistics: PointStatistics, from start: Expert) -> Expert {
        var expert: Expert
        if let closed = family as? any ClosedFormFamily {
            let rows = ShardRows(covariates: points, responses: statistics.statistics[0])
            let masses = Matrix(rowCount: points.rowCount, columnCount: 1, storage: statistics.masses)
            expert = closed.fit(rows.moments(factors: masses)[0], on: design.expertCovariates, dispersionFloor: 0)
        } else {
            // Representatives vary less than the responses that they stand for, and the coefficients may depend on how much these vary.
            expert = self.expert(
                representatives(points, statistics), from: start, holdsDispersion: !family.isExponential)
        }
        let model = MixtureModel(design: design, family: family, ungated: [expert])
        expert.dispersion = model.predictors(points).storage.withUnsafeBufferPointer {
            family.dispersion(
                for: statistics, predictors: LinearPredictors($0.baseAddress!, stride: points.rowCount))
        }
        return expert
    }

    /// Rows that have these statistics on average.
    private func representatives(_ points: Matrix, _ statistics: PointStatistics) -> ShardRows {
        var rows = [Int]()
        var (responses, weights) = ([Double](), [Double]())
        for (point, mass) in statistics.masses.enumerated() where mass > 0 {
            for (response, share) in family.representatives(statistics: statistics.statistics.map { $0[point] })
            where share > 0 {
                rows.append(point)
                responses.append(response)
                weights.append(mass * share)
            }
        }
        // Weights of mean 1: an optimum is recognised by changes per row.
        let unit = weights.reduce(0, +) / Double(max(weights.count, 1))
        return ShardRows(
            covariates: points.rows(rows), responses: responses, weights: weights.map { unit > 0 ? $0 / unit : 0 })
    }
}

extension ShardRows {
    /// The rows with their weights multiplied by factors.
    func weighted(by factors: some Collection<Double>) -> ShardRows {
        ShardRows(
            covariates: covariates, responses: responses,
            weights: zip(responses.indices, factors).map { weight($0) * $1 })
    }
}

extension ExpertFamily {
    /// The best expert without slopes, and without regard of an offset, for some rows.
    func constantExpert(_ rows: ShardRows, covariates: Int) -> Expert {
        var sums = [Double](repeating: 0, count: statisticCount)
        for (row, response) in rows.responses.enumerated() {
            for (index, value) in statistics(of: response).enumerated() { sums[index] += rows.weight(row) * value }
        }
        let total = rows.totalWeight
        return constantExpert(statistics: sums.map { total > 0 ? $0 / total : 0 }, covariates: covariates)
    }
}
