import MixtureOfExperts
import Numerics

/// The marginals that a fit releases beside its moments.
extension LocalFit {
    /// Of more rows a sample serves: bins hold thousands.
    static let mostRowsOfMarginals = 8192
    /// A mean of fewer rows is not released, whatever is asked for.
    private static let leastRows = 10.0

    /// Of each expert and covariate; none where no expert has any.
    ///
    /// - Parameters:
    ///   - model: in the units of the rows, whose posteriors the moments are of.
    ///   - moments: as they are released. What does not vary in them is constant, or withheld.
    func marginals(
        of model: MixtureModel, _ moments: [Moments], _ rows: StandardisedRows, _ released: ReleasedRows
    ) -> [[Marginal?]] {
        let chosen = chosenRows(rows.rowCount)
        let own = rows.source.chosen(chosen)
        let posteriors = model.posteriors(own, rows.standardisation, parallelism)
        let least = max(options.minRows, Self.leastRows) * released.summaries[0].largestWeight
        let columns = parallelism.map(count: design.covariateCount) { column in
            let order = SortedColumn(Array(own.covariates.column(column)))
            return model.experts.indices.map { expert in
                moments[expert].scatter[column, column] > 0
                    ? MarginalBins.marginal(
                        of: order.runs { own.weight($0) * posteriors[$0, expert] }, least: least)?.released
                    : nil
            }
        }
        guard columns.contains(where: { $0.contains { $0 != nil } }) else { return [] }
        return model.experts.indices.map { expert in columns.map { $0[expert] } }
    }

    private func chosenRows(_ count: Int) -> [Int] {
        guard count > Self.mostRowsOfMarginals else { return Array(0..<count) }
        var random = RandomNumbers(seed: options.seed).split(count)
        return random.sample(Self.mostRowsOfMarginals, below: count).sorted()
    }
}

extension MixtureModel {
    /// Of rows in the user's units, where the model is in standard units; rows x experts.
    fileprivate func posteriors(
        _ rows: ShardRows, _ standardisation: Standardisation, _ parallelism: Parallelism
    ) -> Matrix {
        let parts = scoredParts(rows.rowCount)
        let values = parallelism.map(count: parts.count) { part in
            let standardised = standardisation.standardised(rows.subset(Array(parts[part])))
            return posteriors(standardised.covariates, responses: standardised.responses).posteriors
        }
        var result = Matrix(rowCount: rows.rowCount, columnCount: expertCount)
        for (part, posteriors) in zip(parts, values) { result.insert(posteriors, at: part.lowerBound, 0) }
        return result
    }
}

/// The rows in the order of a column.
private struct SortedColumn {
    private let values: [Double]
    private let order: [Int]

    init(_ values: [Double]) {
        self.values = values
        order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    }

    /// The values, ascending, with the sums of the weights of their rows.
    func runs(_ weight: (Int) -> Double) -> [MarginalBins.Run] {
        var result = [MarginalBins.Run]()
        for row in order {
            if result.last?.value == values[row] {
                result[result.count - 1].weight += weight(row)
            } else {
                result.append(MarginalBins.Run(value: values[row], weight: weight(row)))
            }
        }
        return result
    }
}
