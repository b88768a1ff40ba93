import DistributedMoE
import ModelFiles
import Numerics

/// How the rows of a table are read.
protocol ReadingRequest: Decodable {
    /// In place of the rule `error`: rows left out get NaN.
    var missing: String? { get }
    /// What is done about levels of categories that the study of the model does not know.
    var unknownLevels: String? { get }
}

extension ReadingRequest {
    func reading() throws(RequestRefusal) -> ReadingChoices {
        var reading = ReadingChoices()
        reading.missing = try Request.named(missing, .missing)
        reading.unknownLevels = try Request.named(unknownLevels, .unknownLevels)
        return reading
    }
}

/// What is said of the rows of a table.
private struct PredictRequest: ReadingRequest {
    /// Of the quantiles that are asked for.
    var levels: [Double]?
    /// Share of the responses between two further quantiles, which come after those of the levels.
    var interval: Double?
    var missing: String?
    var unknownLevels: String?
    var seed: UInt64?
    var threads: Int?
}

private struct ScoreRequest: ReadingRequest {
    var missing: String?
    var unknownLevels: String?
    var threads: Int?
}

/// Where predictions go: each rows x its number of columns, row after row; null where nobody asks.
private struct Outputs: Sendable {
    /// In this order.
    enum Place: Int {
        case mean, standardDeviation, gates, classProbabilities, quantiles, logDensity, posteriors, draws, predictors
        case cumulative
    }

    private nonisolated(unsafe) let places: UnsafePointer<UnsafeMutablePointer<Double>?>

    /// Whether anything is wanted that the responses of the table are needed for.
    var needResponses: Bool { [.logDensity, .posteriors, .cumulative].contains { self[$0] != nil } }

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
///   - outputs: ten places for rows x … numbers, null where they are not wanted: means (1 column), standard deviations (1),
///     gate probabilities (experts), class probabilities (classes), quantiles (levels, and
///     two more where there is an interval), log densities of the responses in the
///     table (1), posterior probabilities (experts), a draw (1; of classes its code), linear predictors (experts x predictors
///     of the family, expert after expert), P(Y < y) and P(Y ≤ y) at the responses in the table (2; of numbers alone). Rows
///     that are left out stay as they are.
@c(dmoe_predict)
public func predict(
    _ model: UnsafeMutableRawPointer, _ table: UnsafeMutableRawPointer, _ request: UnsafePointer<CChar>,
    _ outputs: UnsafePointer<UnsafeMutablePointer<Double>?>
) -> UnsafeMutableRawPointer {
    Answer.noting { notices in
        let request = try Request.decode(request, as: PredictRequest.self)
        var job = PredictJob()
        job.reading = try request.reading()
        job.levels = request.levels ?? job.levels
        job.interval = request.interval
        let outputs = Outputs(outputs)
        let model = Handle<ModelObject>(model).value
        job.seed = request.seed
        _ = try job.run(
            model.file, model.predictor, .borrowed(Handle<TableObject>(table).value.table),
            withResponses: outputs.needResponses, parallelism: Parallelism(threads: request.threads),
            notices: notices
        ) { part in
            outputs.put(part)
            guard outputs[.draws] != nil else { return }
            for (row, value) in zip(part.rows, part.draws()) { outputs.put([value], .draws, row: row) }
        }
        return ""
    }
}

extension Outputs {
    /// What is wanted of a part of the rows.
    fileprivate func put(_ part: PredictedPart) {
        let wantsResponse = [.mean, .standardDeviation, .quantiles, .classProbabilities].contains { self[$0] != nil }
        for (index, row) in part.rows.enumerated() {
            put(part.prediction.gates.row(index), .gates, row: row)
            put(part.prediction.predictors.row(index), .predictors, row: row)
            if self[.cumulative] != nil, let (below, upTo) = part.cumulativeProbabilities(index) {
                put([below, upTo], .cumulative, row: row)
            }
            if wantsResponse { put(part.response(index), row: row) }
            if let posterior = part.posterior {
                put([posterior.logDensities[index]], .logDensity, row: row)
                put(posterior.posteriors.row(index), .posteriors, row: row)
            }
        }
    }

    private func put(_ response: PredictedPart.Response, row: Int) {
        switch response {
        case .number(let mean, let standardDeviation, let quantiles):
            put([mean], .mean, row: row)
            put([standardDeviation], .standardDeviation, row: row)
            put(quantiles, .quantiles, row: row)
        case .classes(let probabilities, _, _): put(probabilities, .classProbabilities, row: row)
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
    Answer.noting { notices in
        let request = try Request.decode(request, as: ScoreRequest.self)
        let model = Handle<ModelObject>(model).value
        var job = EvaluateJob()
        job.reading = try request.reading()
        job.weights = weights.map { String(cString: $0) }
        let table = Handle<TableObject>(table).value.table
        let columns = try job.selection(model.file).tableColumns
        let scores = try job.run(
            model.file, model.predictor, source: table.source, tables: [{ table.table(columns) }],
            parallelism: Parallelism(threads: request.threads), notices: notices)
        return try OrderedJSONEncoder().encode(scores)
    }
}
