import DistributedMoE
import Foundation

/// How the rows of a site are summed up at a global model.
private struct StatisticsRequest: Decodable {
    var weights: String?
    var missing: String?
    var minRows: Int?
    var threads: Int?
}

/// The statistics of a site at a global model, for an extra round.
///
/// - Returns: an answer with the text of the statistics file.
@c(dmoe_statistics)
public func statistics(
    _ model: UnsafeMutableRawPointer, _ table: UnsafeMutableRawPointer, _ request: UnsafePointer<CChar>
) -> UnsafeMutableRawPointer {
    Answer.of {
        let request = try Request.decode(request, as: StatisticsRequest.self)
        let file = try Handle<ModelObject>(model).value.modelFile(named: "model")
        guard let global = file.fitted else { throw ModelFileError.noStatistics(path: "model") }
        let parallelism = try Request.parallelism(request.threads)
        var selection = file.selection(missing: request.missing.flatMap(RowSelection.MissingRule.init))
        selection.weights = request.weights ?? selection.weights
        let minRows = request.minRows ?? Int(FitOptions(expertCount: 1).minRows)
        let rows = try Handle<TableObject>(table).value.table.rows(
            selection, leastKnown: minRows, parallelism: parallelism)
        var options = FitOptions(expertCount: global.model.expertCount)
        options.minRows = Double(minRows)
        let site = try GeneralisedEMRound(at: global, options: options, parallelism: parallelism)
            .statistics(of: rows.source)
        return try StatisticsFile(site.statistics, at: global, warnings: site.warnings).text(path: "statistics")
    }
}

/// The next global model from the statistics of the sites at this one.
///
/// - Parameter statistics: texts of statistics files, each with a zero at its end.
/// - Returns: an answer with the text of the global model file.
@c(dmoe_update)
public func update(
    _ model: UnsafeMutableRawPointer, _ statistics: UnsafePointer<UnsafePointer<CChar>>, _ count: Int
) -> UnsafeMutableRawPointer {
    Answer.of {
        let previous = try Handle<ModelObject>(model).value.modelFile(named: "model")
        guard let global = previous.fitted else { throw ModelFileError.noStatistics(path: "model") }
        let files = try (0..<count).map { index in
            let source = "statistics \(index + 1)"
            let file = try StatisticsFile.decode(Data(String(cString: statistics[index]).utf8), source: source)
            try file.check(isOf: global, path: source, modelPath: "model")
            return file
        }
        let round = GeneralisedEMRound(at: global, options: FitOptions(expertCount: global.model.expertCount))
        let update = try round.update(files.map(\.statistics))
        return try ModelFile(update, after: previous, sites: count, warnings: []).text(path: "model")
    }
}
