import DistributedMoE
import Foundation

/// Which columns of a table are what: by a study, or by name.
struct ColumnsRequest: Decodable {
    /// As the text of a study file.
    var study: String?
    var target: String?
    var covariates: [String]?
    /// nil: those of the experts.
    var gateCovariates: [String]?
    var family: String?
    /// nil: those found, in order.
    var classes: [String]?
    var exposure: String?
    var weights: String?
    var missing: String?

    func readStudy() throws -> Study? {
        try study.map { try Study.decode(Data($0.utf8), source: "study") }
    }

    func selection(_ study: Study?) throws -> RowSelection {
        if let study { return RowSelection(study: study) }
        let rule = try Request.missingRule(missing)
        guard let target else { throw RequestError("target is missing, and there is no study") }
        guard let covariates, !covariates.isEmpty else { throw ShardDataError.noCovariates(source: "data") }
        let design = Design(target: target, expertFeatures: covariates, gateFeatures: gateCovariates ?? covariates)
        return RowSelection(
            design: design, family: family ?? GaussianFamily().name, classes: classes, exposure: exposure,
            weights: weights, missing: rule ?? .error)
    }

    /// The family of the experts for rows that were read so.
    func expertFamily(_ selection: RowSelection) throws -> any ExpertFamily {
        let name = family ?? GaussianFamily().name
        if let family = selection.study?.expertFamily { return family }
        guard let family = ExpertFamilies.named(name, classes: selection.response.classes ?? []) else {
            let known = ExpertFamilies.names.joined(separator: ", ")
            throw RequestError("family '\(name)' is not known; known are \(known)")
        }
        return family
    }
}
