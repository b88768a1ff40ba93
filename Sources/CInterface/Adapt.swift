import DistributedMoE
import ModelFiles
import Numerics

/// How a model is adapted to the rows of a site.
private struct AdaptRequest: ReadingRequest {
    var adapted: String?
    var priorPrecision: Double?
    /// Column of row weights.
    var weights: String?
    var missing: String?
    var unknownLevels: String?
    var threads: Int?
}

/// A global model adapted to the rows of one site, as `dmoe adapt` writes it.
///
/// - Returns: an answer with the text of the model file; it is private to the site.
@c(dmoe_adapt)
public func adapt(
    _ model: UnsafeMutableRawPointer, _ table: UnsafeMutableRawPointer, _ request: UnsafePointer<CChar>
) -> UnsafeMutableRawPointer {
    Answer.noting { notices in
        let request = try Request.decode(request, as: AdaptRequest.self)
        var job = AdaptJob()
        job.settings.adapted = try Request.named(request.adapted, .adapted)
        job.settings.priorPrecision = request.priorPrecision
        job.reading = try request.reading()
        job.weights = request.weights
        let file = try Handle<ModelObject>(model).value.modelFile(named: "model")
        return try job.run(
            file, named: "model", .borrowed(Handle<TableObject>(table).value.table),
            parallelism: Parallelism(threads: request.threads), notices: notices
        ).text(path: "model")
    }
}
