import Foundation
import MixtureOfExperts
import StudyData
import Tables

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

    /// - Parameter source: what messages call the rows.
    func selection(_ study: Study?, source: String) throws -> RowSelection {
        if let study { return RowSelection(study: study) }
        let rule = try Request.missingRule(missing)
        guard let target else { throw RequestError("target is missing, and there is no study") }
        guard let covariates, !covariates.isEmpty else { throw TableError.noCovariates(source: source) }
        try RowSelection.checkTarget(target, isNoneOf: covariates + (gateCovariates ?? []), source: source)
        try Self.checkOnce(covariates, "features")
        try Self.checkOnce(gateCovariates ?? [], "gate_features")
        let design = Design(target: target, expertFeatures: covariates, gateFeatures: gateCovariates ?? covariates)
        return RowSelection(
            design: design, family: family ?? GaussianFamily().name, classes: classes, exposure: exposure,
            weights: weights, missing: rule ?? .error)
    }

    private static func checkOnce(_ names: [String], _ argument: String) throws {
        var seen = Set<String>()
        for name in names where !seen.insert(name).inserted {
            throw RequestError("\(argument): '\(name)' stands twice")
        }
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
