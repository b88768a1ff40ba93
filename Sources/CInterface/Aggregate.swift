import Aggregation
import DistributedMoE
import Messages
import Numerics

/// How local models become one, as JSON: the fields of ``AggregateJob``, whose defaults hold for what is not there.
private struct AggregateRequest: Decodable {
    /// Of the sites, in the order of the models; each once.
    var names: [String]
    /// nil: the largest local number.
    var experts: Int?
    /// The best number on an independent Monte Carlo sample.
    var expertsAutomatic: Bool?
    var method: String?
    var gate: String?
    var siteWeights: String?
    var largestShare: Double?
    var supportSize: Int?
    var inconsistent: String?
    /// How the standard errors are found: model, sites, simulate; nil: model.
    var aggregateErrors: String?
    var seed: UInt64?
    var threads: Int?

    func job() throws(RequestRefusal) -> AggregateJob {
        var job = AggregateJob()
        job.settings.experts = expertsAutomatic ?? false ? .automatic : experts.map { .count($0) }
        job.settings.method = method
        job.settings.gate = try Request.named(gate, .gate)
        job.settings.siteWeights = try Request.named(siteWeights, .siteWeights)
        job.settings.largestShare = largestShare
        job.settings.supportSize = supportSize ?? job.settings.supportSize
        job.settings.inconsistent = try Request.named(inconsistent, .inconsistent) ?? job.settings.inconsistent
        job.settings.errors = try Request.named(aggregateErrors, .aggregateErrors) ?? job.settings.errors
        job.settings.seed = seed
        try job.settings.checkSingleModel()
        return job
    }
}

/// Turns local models into one global model.
///
/// - Parameters:
///   - models: as many handles of `dmoe_model_open` as the request has names.
///   - support: a table whose covariates serve as support, or null to draw it from the sketches.
/// - Returns: an answer with the text of the global model file.
@c(dmoe_aggregate)
public func aggregate(
    _ request: UnsafePointer<CChar>, _ models: UnsafePointer<UnsafeMutableRawPointer>, _ count: Int,
    _ support: UnsafeMutableRawPointer?
) -> UnsafeMutableRawPointer {
    Answer.noting { notices in
        let request = try Request.decode(request, as: AggregateRequest.self)
        let job = try request.job()
        try job.check(hasSupport: support != nil)
        guard request.names.count == count else {
            throw RequestRefusal.countMismatch(.models, found: request.names.count, needed: count)
        }
        let sites = try zip(request.names, 0..<count).map { name, index in
            AggregateJob.Site(name: name, file: try Handle<ModelObject>(models[index]).value.modelFile(named: name))
        }
        let outcome = try job.run(
            sites, support: support.map { .borrowed(Handle<TableObject>($0).value.table) },
            parallelism: Parallelism(threads: request.threads), notices: notices)
        guard case .model(let file) = outcome else { preconditionFailure("one model was asked for") }
        return try file.text(path: "model")
    }
}
