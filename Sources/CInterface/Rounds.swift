import DistributedMoE
import Estimation
import Foundation
import Messages
import MixtureOfExperts
import ModelFiles
import Numerics

/// How the rows of a site are summed up at a global model.
private struct StatisticsRequest: Decodable {
    var weights: String?
    var missing: String?
    var minRows: Int?
    /// Whether the statistics stay with the owner of the rows, so that nothing is withheld; `minRows` has no effect then.
    var ownRows: Bool?
    /// Path of the secret of rounding; nil: numbers are not rounded.
    var roundingSecret: String?
    var subject: String?
    /// As in `FitRequest`.
    var ledger: String?
    var holdBackNew: Bool?
    var policy: String?
    var threads: Int?
}

/// The statistics of a site at a global model, for an extra round.
///
/// - Returns: an answer with the text of the statistics file.
@c(dmoe_statistics)
public func statistics(
    _ model: UnsafeMutableRawPointer, _ table: UnsafeMutableRawPointer, _ request: UnsafePointer<CChar>
) -> UnsafeMutableRawPointer {
    Answer.noting { notices in
        let request = try Request.decode(request, as: StatisticsRequest.self)
        var job = StatisticsJob()
        job.weights = request.weights
        job.missing = try Request.named(request.missing, .missing)
        job.minRows = request.ownRows ?? false ? nil : request.minRows ?? job.minRows
        job.roundingSecret = request.roundingSecret
        job.subject = request.subject
        job.ledger = LedgerChoices(request.ledger, holdsBackNew: request.holdBackNew, policy: request.policy)
        let file = try Handle<ModelObject>(model).value.modelFile(named: "model")
        return try job.run(
            at: file, named: "model", .borrowed(Handle<TableObject>(table).value.table),
            parallelism: Parallelism(threads: request.threads), notices: notices
        ).text(path: "statistics")
    }
}

/// Whose statistics an update is made of.
private struct UpdateRequest: Decodable {
    /// One for each text.
    var names: [String]
    var inconsistent: String?
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
        job.inconsistent = try Request.named(request.inconsistent, .inconsistent) ?? job.inconsistent
        job.largestShare = request.largestShare
        let previous = try Handle<ModelObject>(model).value.modelFile(named: "model")
        return try job.run(previous, named: "model", sites).text(path: "model")
    }
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
        let answered = request.sites.count { $0.reason == nil }
        guard answered == count else {
            throw RequestRefusal.countMismatch(.statistics, found: count, needed: answered)
        }
        var job = RoundJob()
        job.minRows = request.ownRows ?? false ? nil : request.minRows ?? job.minRows
        job.isLast = request.isLast ?? false
        var texts = (0..<count).map { statistics[$0] }[...]
        let sites = try request.sites.map { site in
            if let reason = site.reason { return RoundJob.Site(name: site.name, answer: .failed(message: reason)) }
            let data = Data(String(cString: texts.removeFirst()).utf8)
            let file = try StatisticsFile.decode(data, source: site.name)
            return RoundJob.Site(name: site.name, answer: .released(file))
        }
        let outcome = try job.run(try Handle<ModelObject>(model).value.modelFile(named: "model"), named: "model", sites)
        let answer = RoundAnswer(
            model: try outcome.model?.text(path: "model"), ending: outcome.ending?.text(.python),
            isTakenBack: outcome.isTakenBack)
        return String(decoding: try JSONEncoder().encode(answer), as: UTF8.self)
    }
}
