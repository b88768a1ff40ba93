import Aggregation
import ModelFiles

/// How local models become one; as the options of `dmoe aggregate`, with their defaults.
private struct AggregateRequest: Decodable {
    /// Of the sites, in the order of the models; each once.
    var names: [String]
    /// nil: the largest local number.
    var experts: Int?
    /// The best number on a fresh draw.
    var expertsAutomatic: Bool?
    var method: String?
    var gate: String?
    var siteWeights: String?
    var supportSize: Int?
    var robust: Bool?
    var seed: UInt64?
    var threads: Int?
    /// The number of the experts of the largest local model times this is the most that is tried automatically.
    private static let largestFactor = 3

    func aggregator() throws -> any Aggregator {
        guard let method else { return TransportAggregator.chosen }
        guard let aggregator = Aggregators.named(method) else {
            let known = Aggregators.all.map(\.name).joined(separator: ", ")
            throw RequestError("method '\(method)' is not known; known are \(known)")
        }
        return aggregator
    }

    func options(localExperts: Int) throws -> AggregationOptions {
        try Request.check((experts ?? 1) >= 1, "experts must be 1 or more")
        try Request.check(
            (50...10_000_000).contains(supportSize ?? 5000), "support_size must be from 50 to 10000000")
        var options = AggregationOptions(
            expertCount: experts, excludesInconsistentSites: robust ?? true, seed: seed ?? 1)
        options.supportSize = supportSize ?? options.supportSize
        if expertsAutomatic ?? false { options.expertCountRange = 1...Self.largestFactor * localExperts }
        if let gate {
            guard let target = AggregationOptions.GateTarget(rawValue: gate) else {
                throw RequestError("gate must be label or plan, not '\(gate)'")
            }
            options.gateTarget = target
        }
        if let siteWeights {
            guard let weights = AggregationOptions.SiteWeights(rawValue: siteWeights) else {
                throw RequestError("site_weights must be density or constant, not '\(siteWeights)'")
            }
            options.siteWeights = weights
        }
        return options
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
    Answer.of {
        let request = try Request.decode(request, as: AggregateRequest.self)
        try Request.check(request.names.count == count, "one name a model")
        try Request.check(count > 0, "give at least one local model")
        try Request.check(Set(request.names).count == count, "a site is named twice")
        let parallelism = try Request.parallelism(request.threads)
        let files = try zip(request.names, 0..<count).map { name, index in
            (name: name, file: try Handle<ModelObject>(models[index]).value.modelFile(named: name))
        }
        try ModelFile.refuseDifferentStudies(files)
        let contributions = try files.map { name, file in
            guard let fitted = file.fitted else { throw ModelFileError.noStatistics(path: name) }
            return Contribution(name: name, fitted: fitted, warnings: file.warnings)
        }
        let coordinator = Coordinator(
            aggregator: try request.aggregator(),
            options: try request.options(
                localExperts: contributions.map(\.fitted.model.expertCount).max() ?? 1),
            parallelism: parallelism)
        let locals = Dictionary(uniqueKeysWithValues: files.map { ($0.name, $0.file) })
        let global = try coordinator.aggregate(
            contributions, support: try support.map { try givenSupport($0, like: files.map(\.file)) })
        return try ModelFile(global, of: locals).text(path: "model")
    }
}

private func givenSupport(_ table: UnsafeMutableRawPointer, like files: [ModelFile]) throws -> GivenSupport {
    var reading = files[0]
    reading.carryStudy(of: files)
    let table = Handle<TableObject>(table).value.table
    let selected = try reading.selection().covariates(of: table.table(), withResponses: false)
    return GivenSupport(covariates: selected.covariates, source: table.source)
}
