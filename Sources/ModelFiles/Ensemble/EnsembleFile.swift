import Aggregation
import Foundation
import MixtureOfExperts
import Numerics
import StudyData

/// All local models in one file: their weighted average f̂^W as a predictor, with nothing reduced.
package struct EnsembleFile: Codable, Sendable, Equatable {
    package static let formatName = "dmoe-ensemble"
    package static let versions = 2...2

    package struct Member: Codable, Sendable, Equatable {
        package var name: String
        package var model: ModelFile

        package init(name: String, model: ModelFile) {
            self.name = name
            self.model = model
        }
    }

    package var format: String
    package var formatVersion: Int
    package var software: String
    package var siteWeights: AggregationOptions.SiteWeights
    /// No member gets a larger share of the weight of all; absent: no bound.
    package var largestShare: Double?
    package var members: [Member]

    package init(_ members: [Member], siteWeights: AggregationOptions.SiteWeights, largestShare: Double? = nil) {
        format = Self.formatName
        formatVersion = Self.versions.upperBound
        software = ModelFile.software
        self.siteWeights = siteWeights
        self.largestShare = largestShare
        self.members = members
    }

    /// - Throws: ``AggregationError`` where the models do not belong together.
    package func predictor(parallelism: Parallelism = .serial) throws(AggregationError) -> WeightedAverage {
        try WeightedAverage(
            members.compactMap { member in
                member.model.fitted.map {
                    Contribution(name: member.name, fitted: $0)
                }
            }, siteWeights: siteWeights, largestShare: largestShare,
            parallelism: parallelism)
    }

    /// How a table is read for it: as for the first member, gaps filled in with the mean of what the members put there.
    func selection(missing: RowSelection.MissingRule?) -> RowSelection {
        var first = members[0].model
        first.carryStudy(of: members.map(\.model))
        return first.selection(missing: missing)
    }

    package func validate(source: String) throws(ModelFileError) {
        guard !members.isEmpty else {
            throw .invalidValue(path: source, field: "members", reason: "there are none")
        }
        if let largestShare, !(largestShare > 0 && largestShare <= 1) {
            throw .invalidValue(path: source, field: "largestShare", reason: "must be above 0 and at most 1")
        }
        var totals = FieldTotals()
        for member in members {
            try member.model.validate(source: source)
            _ = try member.model.withStatistics(path: source)
            try totals.add(member.model, path: source)
        }
        try ModelFile.refuseDifferentStudies(members.map { ($0.name, $0.model) })
    }
}

extension EnsembleFile: ResultDocument {
    package static func failure(_ problem: DocumentProblem, path: String) -> ModelFileError {
        ModelFileError(problem, path: path) { _ in .notAModel(path: path) }
    }

    package static let content = "a local model"
}

extension EnsembleFile {
    /// Writes the file, whole or not at all.
    ///
    /// - Returns: its bytes.
    /// - Throws: ``ModelFileError`` for what could not be read again, `TableError` where it cannot be written.
    @discardableResult
    package func write(to path: String) throws -> Int { try writeDocument(to: path) }
}

/// A file that can be predicted with: one model, or all local models.
package enum PredictorFile: Sendable {
    case model(ModelFile)
    case ensemble(EnsembleFile)

    /// - Throws: ``ModelFileError`` that names the file and the field.
    package static func read(path: String) throws(ModelFileError) -> PredictorFile {
        try decode(VersionedJSON.contents(path: path, of: ModelFile.self), source: path)
    }

    package static func decode(_ data: Data, source: String) throws(ModelFileError) -> PredictorFile {
        let json = VersionedJSON(data: data, source: source)
        return json.format == EnsembleFile.formatName
            ? .ensemble(try EnsembleFile.decode(json)) : .model(try ModelFile.decode(data, source: source))
    }

    /// How a table is read for it.
    ///
    /// - Parameter missing: in place of the rule `error`.
    package func selection(missing: RowSelection.MissingRule? = nil) -> RowSelection {
        switch self {
        case .model(let file): file.selection(missing: missing)
        case .ensemble(let file): file.selection(missing: missing)
        }
    }

    /// - Throws: ``AggregationError`` where the members of an ensemble do not belong together.
    package func predictor(parallelism: Parallelism = .serial) throws(AggregationError) -> any ConditionalMixture {
        switch self {
        case .model(let file): file.model
        case .ensemble(let file): try file.predictor(parallelism: parallelism)
        }
    }
}
