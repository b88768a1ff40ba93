import MixtureOfExperts
import Numerics
import Tables

/// The CSV of `dmoe predict`.
struct PredictionTable: Sendable {
    let model: any ConditionalMixture
    let interval: Double?
    let hasResponses: Bool

    private static let partSize = 4096

    /// Experts that have a meaning of their own; the components of all local models together have none.
    private var experts: Range<Int> { model is MixtureModel ? 1..<model.experts.count + 1 : 1..<1 }

    /// Their names, where responses are classes.
    private var classes: [String]? {
        guard case .classes(let names) = model.family.response else { return nil }
        return names
    }

    private var header: [String] {
        ["row"] + (classes.map { ["class"] + $0.map { "probability=\($0)" } } ?? ["mean", "standardDeviation"])
            + (experts.isEmpty ? [] : ["expert"]) + experts.map { "gate\($0)" }
            + (interval == nil ? [] : classes == nil ? ["lower", "upper"] : ["set"])
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
            let (predicted, range) = response(prediction, index)
            var fields: [CSVWriter.Field?] = [.number(Double(row + 1))] + predicted
            if !experts.isEmpty {
                fields.append(.number(Double(prediction.mostProbableExpert(index) + 1)))
                fields += prediction.gates.row(index).map { .number($0) }
            }
            fields += range
            if let posterior, let responses {
                let isKnown = !responses[index].isNaN
                let values = [posterior.logDensities[index]] + (experts.isEmpty ? [] : posterior.posteriors.row(index))
                fields += values.map { isKnown ? .number($0) : nil }
            }
            writer.append(fields)
        }
        return writer.contents
    }

    /// What is predicted of the response, and where it lies with the probability of the interval.
    private func response(
        _ prediction: Prediction, _ row: Int
    ) -> (predicted: [CSVWriter.Field?], range: [CSVWriter.Field?]) {
        guard let classes else {
            let distribution = prediction.distribution(row)
            let range = interval.map { [0.5 * (1 - $0), 0.5 * (1 + $0)].map(distribution.quantile) } ?? []
            return (
                [distribution.mean, distribution.standardDeviation].map { .number($0) }, range.map { .number($0) }
            )
        }
        let distribution = prediction.classDistribution(row)
        let set = interval.map { distribution.predictionSet($0).map { classes[$0] }.joined(separator: "|") }
        return (
            [.text(classes[distribution.mostProbableClass])] + distribution.probabilities.map { .number($0) },
            set.map { [.text($0)] } ?? []
        )
    }
}
