import DistributedMoE
import Messages

/// Which columns of a table are what, as JSON: the fields of ``ColumnRequest``.
struct ColumnsRequest: Decodable {
    /// As the text of a study file.
    var study: String?
    var target: String?
    /// nil: every column with numbers that nothing else is said of.
    var covariates: [String]?
    /// No covariates by default.
    var exclude: [String]?
    /// nil: those of the experts.
    var gateCovariates: [String]?
    var family: String?
    /// nil: those found, in order.
    var classes: [String]?
    var exposure: String?
    var weights: String?
    var missing: String?
    /// The column that says of whom a row is.
    var subject: String?
    /// Values that are experts of their own.
    var pointMass: [Double]?
    /// The ends of the range of an expert of noise; empty for a range about the rows.
    var noise: [Double]?

    func request() throws(RequestRefusal) -> ColumnRequest {
        var request = ColumnRequest(study: study.map { .text($0) }, target: target)
        request.features = covariates
        request.exclude = exclude ?? []
        request.gateFeatures = gateCovariates
        request.family = family
        request.classes = classes
        request.exposure = exposure
        request.weights = weights
        request.subject = subject
        request.pointMass = pointMass ?? []
        if let noise {
            guard noise.isEmpty || noise.count == 2 else { throw .fixedExpert(.noise, .emptyRange) }
            request.noise = noise.isEmpty ? .automatic : .range(low: noise[0], high: noise[1])
        }
        request.missing = try Request.named(missing, .missing)
        return request
    }
}
