import DistributedMoE
import MixtureOfExperts
import Tables

/// The CSV of `dmoe predict`.
struct PredictionTable: Sendable {
    let model: any ConditionalMixture
    let hasInterval: Bool
    let hasResponses: Bool

    /// Experts that have a meaning of their own; the components of all local models together have none.
    private var experts: Range<Int> { model is MixtureModel ? 1..<model.experts.count + 1 : 1..<1 }

    /// Their names, where responses are classes.
    private var classes: [String]? {
        guard case .classes(let names) = model.family.response else { return nil }
        return names
    }

    private var columns: [String] {
        ["row"] + (classes.map { ["class"] + $0.map { "probability=\($0)" } } ?? ["mean", "standardDeviation"])
            + (experts.isEmpty ? [] : ["expert"]) + experts.map { "gate\($0)" }
            + (!hasInterval ? [] : classes == nil ? ["lower", "upper"] : ["set"])
            + (hasResponses ? ["logDensity"] + experts.map { "posterior\($0)" } : [])
    }

    var header: String { CSVWriter(header: columns).contents }

    func contents(of part: PredictedPart) -> String {
        var writer = CSVWriter(columnCount: columns.count)
        for (index, row) in part.rows.enumerated() {
            let (predicted, range) = fields(part.response(index))
            var fields: [CSVWriter.Field?] = [.number(Double(row + 1))] + predicted
            if !experts.isEmpty {
                fields.append(.number(Double(part.prediction.mostProbableExpert(index) + 1)))
                fields += part.prediction.gates.row(index).map { .number($0) }
            }
            fields += range
            if let posterior = part.posterior, let responses = part.responses {
                let isKnown = !responses[index].isNaN
                let values = [posterior.logDensities[index]] + (experts.isEmpty ? [] : posterior.posteriors.row(index))
                fields += values.map { isKnown ? .number($0) : nil }
            }
            writer.append(fields)
        }
        return writer.contents
    }

    /// What is predicted of the response, and where it lies with the probability of the interval.
    private func fields(
        _ response: PredictedPart.Response
    ) -> (predicted: [CSVWriter.Field?], range: [CSVWriter.Field?]) {
        switch response {
        case .number(let mean, let standardDeviation, let quantiles):
            return ([.number(mean), .number(standardDeviation)], quantiles.map { .number($0) })
        case .classes(let probabilities, let mostProbable, let set):
            let names = classes ?? []
            return (
                [.text(names[mostProbable])] + probabilities.map { .number($0) },
                set.map { [.text($0.map { names[$0] }.joined(separator: "|"))] } ?? []
            )
        }
    }
}
