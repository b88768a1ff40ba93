import DistributedMoE
import Estimation
import Foundation
import Messages
import MixtureOfExperts
import ModelFiles

/// How the rows of a site are summed up at a global model.
private struct StatisticsRequest: Decodable {
    var weights: String?
    var missing: String?
    var minRows: Int?
    /// Whether the statistics stay with the owner of the rows, so that nothing is withheld; `minRows` has no effect then.
    var ownRows: Bool?
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
        var job = StatisticsJob()
        job.weights = request.weights
        job.missing = try Request.named(request.missing, .missing)
        job.minRows = request.ownRows ?? false ? nil : request.minRows ?? job.minRows
        let file = try Handle<ModelObject>(model).value.modelFile(named: "model")
        return try job.run(
            at: file, named: "model", .borrowed(Handle<TableObject>(table).value.table),
            parallelism: try Request.parallelism(request.threads)
        ).text(path: "statistics")
    }
}

/// Whose statistics an update is made of.
private struct UpdateRequest: Decodable {
    /// One for each text.
    var names: [String]
    var robust: Bool?
    var largestShare: Double?
}

/// The next global model from the statistics of the sites at this one, as `dmoe update` makes it.
///
/// - Parameters:
///   - request: the fields of `UpdateRequest` as JSON.
///   - statistics: texts of statistics files, each with a zero at its end.
/// - Returns: an answer with the text of the global model file.
@c(dmoe_update)
public func update(
    _ model: UnsafeMutableRawPointer, _ request: UnsafePointer<CChar>,
    _ statistics: UnsafePointer<UnsafePointer<CChar>>, _ count: Int
) -> UnsafeMutableRawPointer {
    Answer.of {
        let request = try Request.decode(request, as: UpdateRequest.self)
        guard request.names.count == count else {
            throw RequestRefusal.countMismatch(.statistics, found: request.names.count, needed: count)
        }
        let sites = try request.names.enumerated().map { index, name in
            let data = Data(String(cString: statistics[index]).utf8)
            return UpdateJob.Site(name: name, file: try StatisticsFile.decode(data, source: name))
        }
        var job = UpdateJob()
        job.robust = request.robust ?? job.robust
        job.largestShare = request.largestShare
        let previous = try Handle<ModelObject>(model).value.modelFile(named: "model")
        return try job.run(previous, named: "model", sites).text(path: "model")
    }
}

private func released(
    _ text: UnsafePointer<CChar>, by site: String, at global: FittedMixture
) throws -> StatisticsFile {
    let file = try StatisticsFile.decode(Data(String(cString: text).utf8), source: site)
    try file.check(isOf: global, path: site, modelPath: "model")
    return file
}

/// What the sites released for an extra round.
private struct RoundRequest: Decodable {
    struct Site: Decodable {
        var name: String
        /// Why it released nothing; nil where it released something.
        var reason: String?
    }

    /// All that were asked, in their order.
    var sites: [Site]
    /// Whether the sites were asked only in order to see if the last update did harm.
    var isLast: Bool?
    var minRows: Int?
    /// As in `StatisticsRequest`.
    var ownRows: Bool?
}

private struct RoundAnswer: Encodable {
    /// The text of the next model; none after the last round.
    var model: String?
    /// Why there is no further round.
    var ending: String?
    /// Whether the model that the statistics were taken at did harm, so that the one before it is to be kept.
    var isTakenBack = false
}

/// One of the extra rounds of `dmoe learn`, with its rules on what ends them.
///
/// - Parameters:
///   - model: of the aggregation or of the round before.
///   - statistics: of the sites that released something, in their order: texts with a zero at their ends.
/// - Returns: an answer with the fields of `RoundAnswer` as JSON.
@c(dmoe_round)
public func round(
    _ model: UnsafeMutableRawPointer, _ request: UnsafePointer<CChar>,
    _ statistics: UnsafePointer<UnsafePointer<CChar>>, _ count: Int
) -> UnsafeMutableRawPointer {
    Answer.of {
        let request = try Request.decode(request, as: RoundRequest.self)
        let ownRows = request.ownRows ?? false
        if !ownRows { try RequestOption.minRows.check(request.minRows) }
        let answered = request.sites.count { $0.reason == nil }
        guard answered == count else {
            throw RequestRefusal.countMismatch(.statistics, found: count, needed: answered)
        }
        let previous = try Handle<ModelObject>(model).value.modelFile(named: "model")
        guard let global = previous.fitted else { throw ModelFileError.noStatistics(path: "model") }
        var answers = ReleasedStatistics()
        var totals = FieldTotals()
        var texts = (0..<count).map { statistics[$0] }[...]
        for site in request.sites {
            if let reason = site.reason {
                answers.leaveOut(site.name, message: reason)
                continue
            }
            let file = try released(texts.removeFirst(), by: site.name, at: global)
            try totals.add(file, path: site.name)
            answers.add(file.statistics, of: site.name, warnings: file.warnings)
        }
        var options = FitOptions(expertCount: global.model.expertCount)
        options.minRows = ownRows ? 1 : request.minRows.map(Double.init) ?? options.minRows
        let result = try outcome(answers, previous, global, options, isLast: request.isLast ?? false)
        return String(decoding: try JSONEncoder().encode(result), as: UTF8.self)
    }
}

private func outcome(
    _ released: ReleasedStatistics, _ previous: ModelFile, _ global: FittedMixture, _ options: FitOptions, isLast: Bool
) throws -> RoundAnswer {
    if let before = previous.rounds?.last,
        let fall = released.fall(
            after: before.sites, logLikelihoodPerRow: before.logLikelihoodPerRow, minRows: options.minRows)
    {
        return RoundAnswer(ending: fall.text(.python), isTakenBack: true)
    }
    if isLast { return RoundAnswer() }
    let round: ExtraRounds.Round
    do throws(EstimationError) {
        round = try released.update(
            GeneralisedEMRound(at: global, options: options), largestShare: previous.largestShare)
    } catch { return RoundAnswer(ending: error.text(.python)) }
    let next = ModelFile(round.update, after: previous, sites: round.sites, warnings: round.warnings)
    return RoundAnswer(model: try next.text(path: "model"))
}
