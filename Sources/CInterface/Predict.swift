import Evaluation
import MixtureOfExperts
import ModelFiles
import Numerics
import StudyData
import Tables

/// What is said of the rows of a table.
private struct PredictRequest: Decodable {
    /// Of the quantiles that are asked for.
    var levels: [Double]?
    /// In place of the rule `error`: rows left out get NaN.
    var missing: String?
    /// Whether levels of categories that the model does not know are taken as the reference.
    var unknownAsReference: Bool?
    var seed: UInt64?
    var threads: Int?

    func selection(_ file: PredictorFile) throws -> RowSelection {
        var selection = file.selection(missing: try Request.missingRule(missing))
        if unknownAsReference ?? false { selection.unknownLevels = .reference }
        return selection
    }
}

/// Where predictions go: each rows x its number of columns, row after row; null where nobody asks.
private struct Outputs: Sendable {
    /// In this order.
    enum Place: Int {
        case mean, standardDeviation, gates, classProbabilities, quantiles, logDensity, posteriors, draws
    }

    private nonisolated(unsafe) let places: UnsafePointer<UnsafeMutablePointer<Double>?>

    init(_ places: UnsafePointer<UnsafeMutablePointer<Double>?>) { self.places = places }

    subscript(_ place: Place) -> UnsafeMutablePointer<Double>? { places[place.rawValue] }

    func put(_ values: @autoclosure () -> [Double], _ place: Place, row: Int) {
        guard let target = self[place] else { return }
        let values = values()
        for (column, value) in values.enumerated() { target[row * values.count + column] = value }
    }
}

/// Predicts the rows of a table.
///
/// - Parameters:
///   - outputs: eight places for rows x … numbers, null where they are not wanted: means (1 column), standard deviations (1),
///     gate probabilities (experts), class probabilities (classes), quantiles (levels), log densities of the responses in the
///     table (1), posterior probabilities (experts), a draw (1; of classes its code). Rows that are left out stay as
///     they are.
@c(dmoe_predict)
public func predict(
    _ model: UnsafeMutableRawPointer, _ table: UnsafeMutableRawPointer, _ request: UnsafePointer<CChar>,
    _ outputs: UnsafePointer<UnsafeMutablePointer<Double>?>
) -> UnsafeMutableRawPointer {
    Answer.of {
        let request = try Request.decode(request, as: PredictRequest.self)
        let levels = request.levels ?? []
        try Request.check(levels.allSatisfy { $0 > 0 && $0 < 1 }, "levels of quantiles must lie between 0 and 1")
        let outputs = Outputs(outputs)
        let model = Handle<ModelObject>(model).value
        let parallelism = try Request.parallelism(request.threads)
        let needsResponses = outputs[.logDensity] != nil || outputs[.posteriors] != nil
        let rows = try PredictedRows(
            Handle<TableObject>(table).value.table, try request.selection(model.file),
            withResponses: needsResponses, parallelism)
        let parts = rows.parts
        let random = RandomNumbers(seed: request.seed ?? 1)
        _ = parallelism.map(count: parts.count) { index in
            let part = rows.part(parts[index])
            predict(part, model.predictor, levels, into: outputs)
            guard outputs[.draws] != nil else { return }
            // A stream for each part: the same for any number of threads.
            var stream = random.split(index)
            let draws = model.predictor.sample(part.covariates, using: &stream)
            for (row, value) in zip(part.rows, draws) { outputs.put([value], .draws, row: row) }
        }
        return ""
    }
}

private func predict(
    _ part: PredictedRows.Part, _ predictor: any ConditionalMixture, _ levels: [Double], into outputs: Outputs
) {
    let prediction = Prediction(predictor, covariates: part.covariates)
    let posterior = part.responses.map { predictor.posteriors(part.covariates, responses: $0) }
    let wantsDistribution =
        prediction.classProbabilities == nil
        && [Outputs.Place.mean, .standardDeviation, .quantiles].contains { outputs[$0] != nil }
    for (index, row) in part.rows.enumerated() {
        outputs.put(prediction.gates.row(index), .gates, row: row)
        if let probabilities = prediction.classProbabilities {
            outputs.put(probabilities.row(index), .classProbabilities, row: row)
        }
        if wantsDistribution {
            let distribution = prediction.distribution(index)
            outputs.put([distribution.mean], .mean, row: row)
            outputs.put([distribution.variance.squareRoot()], .standardDeviation, row: row)
            outputs.put(levels.map(distribution.quantile), .quantiles, row: row)
        }
        if let posterior {
            outputs.put([posterior.logDensities[index]], .logDensity, row: row)
            outputs.put(posterior.posteriors.row(index), .posteriors, row: row)
        }
    }
}

/// Scores a model on the rows of a table with responses.
///
/// - Parameter weights: the column of row weights, or null.
/// - Returns: an answer with `Scores` as JSON.
@c(dmoe_score)
public func score(
    _ model: UnsafeMutableRawPointer, _ table: UnsafeMutableRawPointer, _ request: UnsafePointer<CChar>,
    _ weights: UnsafePointer<CChar>?
) -> UnsafeMutableRawPointer {
    Answer.of {
        let request = try Request.decode(request, as: PredictRequest.self)
        let model = Handle<ModelObject>(model).value
        var selection = try request.selection(model.file)
        selection.weights = weights.map { String(cString: $0) } ?? selection.weights
        let table = Handle<TableObject>(table).value.table
        let rows = try selection.rows(of: table.table(selection.tableColumns)).rows
        guard rows.totalWeight > 0 else { throw TableError.noRows(path: table.source) }
        let scores = Scores(model.predictor, on: rows, parallelism: try Request.parallelism(request.threads))
        return try OrderedJSONEncoder().encode(scores)
    }
}
