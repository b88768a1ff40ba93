import DistributedMoE

/// The CSV of `dmoe predict`.
struct PredictionTable: Sendable {
    let model: any ConditionalMixture
    let interval: Double?
    let hasResponses: Bool

    private static let partSize = 4096

    /// Experts that have a meaning of their own; the components of all local models together have none.
    private var experts: Range<Int> { model is MixtureModel ? 1..<model.experts.count + 1 : 1..<1 }

    private var header: [String] {
        ["row", "mean", "standardDeviation"] + (experts.isEmpty ? [] : ["expert"]) + experts.map { "gate\($0)" }
            + (interval == nil ? [] : ["lower", "upper"])
            + (hasResponses ? ["logDensity"] + experts.map { "posterior\($0)" } : [])
    }

    /// - Parameters:
    ///   - responses: NaN where missing.
    ///   - rows: 0-based numbers in the data.
    func contents(covariates: Matrix, responses: [Double]?, rows: [Int], parallelism: Parallelism) -> String {
        let count = (rows.count + Self.partSize - 1) / Self.partSize
        let parts = parallelism.map(count: count) { part in
            let range = Array(part * Self.partSize..<min(rows.count, (part + 1) * Self.partSize))
            return lines(
                covariates.rows(range), responses: responses.map { all in range.map { all[$0] } },
                rows: range.map { rows[$0] })
        }
        return CSVWriter(header: header).contents + parts.joined()
    }

    private func lines(_ covariates: Matrix, responses: [Double]?, rows: [Int]) -> String {
        let prediction = Prediction(model, covariates: covariates)
        let posterior = responses.map { model.posteriors(covariates, responses: $0) }
        var writer = CSVWriter(columnCount: header.count)
        for (index, row) in rows.enumerated() {
            let distribution = prediction.distribution(index)
            var fields: [Double?] = [Double(row + 1), distribution.mean, distribution.variance.squareRoot()]
            if !experts.isEmpty {
                fields.append(Double(prediction.mostProbableExpert(index) + 1))
                fields += prediction.gates.row(index)
            }
            if let interval {
                fields += [0.5 * (1 - interval), 0.5 * (1 + interval)].map(distribution.quantile)
            }
            if let posterior, let responses {
                let isKnown = !responses[index].isNaN
                let values = [posterior.logDensities[index]] + (experts.isEmpty ? [] : posterior.posteriors.row(index))
                fields += values.map { isKnown ? $0 : nil }
            }
            writer.append(fields)
        }
        return writer.contents
    }
}
