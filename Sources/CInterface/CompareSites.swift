import DistributedMoE
import Foundation
import Messages
import Numerics

/// Which local models are compared, as JSON.
private struct CompareSitesRequest: Decodable {
    /// Of the sites, in the order of the models; each once.
    var names: [String]
    var threads: Int?
}

/// How far local models are from each other.
///
/// - Parameters:
///   - models: as many handles of `dmoe_model_open` as the request has names.
/// - Returns: an answer with the JSON of `dmoe inspect --json` of several files.
@c(dmoe_compare_sites)
public func compareSites(
    _ request: UnsafePointer<CChar>, _ models: UnsafePointer<UnsafeMutableRawPointer>, _ count: Int
) -> UnsafeMutableRawPointer {
    Answer.of {
        let request = try Request.decode(request, as: CompareSitesRequest.self)
        guard request.names.count == count else {
            throw RequestRefusal.countMismatch(.models, found: request.names.count, needed: count)
        }
        let sites = try zip(request.names, 0..<count).map { name, index in
            AggregateJob.Site(name: name, file: try Handle<ModelObject>(models[index]).value.modelFile(named: name))
        }
        let comparison = try CompareSitesJob().run(sites, parallelism: Parallelism(threads: request.threads))
        return String(decoding: try JSONEncoder().encode(comparison), as: UTF8.self)
    }
}
