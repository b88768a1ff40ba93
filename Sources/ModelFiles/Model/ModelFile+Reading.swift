import Foundation
import MixtureOfExperts
import Numerics
import StudyData

extension ModelFile: ResultDocument {
    package static func failure(_ problem: DocumentProblem, path: String) -> ModelFileError {
        ModelFileError(problem, path: path) { format in
            switch format {
            case StatisticsFile.formatName: .statisticsAsModel(path: path)
            case EnsembleFile.formatName: .ensembleAsModel(path: path)
            default: .notAModel(path: path)
            }
        }
    }

    package static let content = "the fitted model"
}

extension ModelFile {
    /// Reads and checks a model file.
    ///
    /// - Throws: ``ModelFileError`` that names the file and the field.
    public static func read(path: String) throws(ModelFileError) -> ModelFile {
        try decode(VersionedJSON.contents(path: path, of: ModelFile.self), source: path)
    }

    /// Writes the file, whole or not at all.
    ///
    /// - Returns: the number of its bytes.
    /// - Throws: ``ModelFileError`` for a number that is not finite, `TableError` where it cannot be written.
    @discardableResult
    public func write(to path: String) throws -> Int { try writeDocument(to: path) }

    package static func decode(_ data: Data, source: String) throws(ModelFileError) -> ModelFile {
        let file = try VersionedJSON(data: data, source: source).decode(ModelFile.self)
        try file.validate(source: source)
        return file
    }

    static let largestRowCount = ReadingRecord.largestCount

    // MARK: Validation

    func validate(source: String) throws(ModelFileError) {
        func refuse(_ field: String, _ reason: String) -> ModelFileError {
            .invalidValue(path: source, field: field, reason: reason)
        }
        guard let response = ExpertFamilies.response(family) else {
            throw refuse("family", "'\(family)' is not known here")
        }
        if let reason = classProblem(response) { throw refuse("classes", reason) }
        if let offset, !covariates.contains(offset) || (expertCovariates + gateCovariates).contains(offset) {
            throw refuse("offset", "must be a covariate that neither experts nor gate read")
        }
        guard Set(covariates).count == covariates.count else { throw refuse("covariates", "a name is duplicated") }
        for name in expertCovariates + gateCovariates where !covariates.contains(name) {
            throw refuse("covariates", "'\(name)' is used but not listed")
        }
        let ordered = design
        guard ordered.expertFeatures == expertCovariates, ordered.gateFeatures == gateCovariates,
            ordered.expertCovariates == ordered.expertCovariates.sorted(),
            ordered.gateCovariates == ordered.gateCovariates.sorted()
        else { throw refuse("covariates", "expertCovariates and gateCovariates must keep the order of covariates") }
        if let (field, reason) = studyProblem { throw refuse(field, reason) }
        guard !experts.isEmpty else { throw refuse("experts", "there are none") }
        guard (0...Self.largestRowCount).contains(rows) else { throw refuse("rows", "must be from 0 to 2^53") }
        guard weight >= 0, weight.isFinite else { throw refuse("weight", "must not be negative") }
        for (index, round) in (rounds ?? []).enumerated() where round.sites < 0 || round.rows < 0 {
            throw refuse("rounds[\(index)]", "must not count below 0")
        }
        if let problem = reading?.problem { throw refuse("reading", problem) }
        if let slopeSelection, slopeSelection.experts.count != experts.count {
            throw refuse("slopeSelection.experts", "has \(slopeSelection.experts.count) entries, not \(experts.count)")
        }
        for (index, expert) in experts.enumerated() {
            try validate(expert, field: "experts[\(index)]", source: source)
        }
        try validateUncertainty(source: source)
        if kind != .reference {
            guard weight > 0 else { throw refuse("weight", "must be positive") }
            guard experts.allSatisfy({ $0.statistics != nil }) else {
                throw .missingField(path: source, field: "experts[…].statistics")
            }
            guard Set(experts.map { $0.score == nil }).count == 1 else {
                throw .missingField(path: source, field: "experts[…].score")
            }
            let total = experts.reduce(0) { $0 + ($1.statistics?.weight ?? 0) }
            guard abs(total - weight) <= 1e-6 * weight else {
                throw refuse("weight", "is not the sum of the experts' weights")
            }
        }
    }

    private func classProblem(_ response: ResponseKind) -> String? {
        guard case .classes = response else { return classes == nil ? nil : "are not for family '\(family)'" }
        guard let classes, classes.count > 1 else { return "must be two or more" }
        return Study.spellingProblem(classes)
    }

    private func validate(_ expert: ExpertRecord, field: String, source: String) throws(ModelFileError) {
        func check(_ condition: Bool, _ name: String, _ reason: String) throws(ModelFileError) {
            if !condition { throw .invalidValue(path: source, field: "\(field).\(name)", reason: reason) }
        }
        func count(_ values: [Double], _ expected: Int, _ name: String) throws(ModelFileError) {
            try check(values.count == expected, name, "has \(values.count) numbers, not \(expected)")
            try check(values.allSatisfy(\.isFinite), name, "holds a number that is not finite")
        }
        let family = ExpertFamilies.named(family, classes: classes ?? []) ?? GaussianFamily()
        let size = family.coefficientCount(regressors: expertCovariates.count + 1)
        try count(expert.coefficients, size, "coefficients")
        try count(expert.gate, gateCovariates.count + 1, "gate")
        try check(expert.dispersion > 0 && expert.dispersion.isFinite, "dispersion", "must be positive")
        let needsInformation = expert.statistics != nil && !(family is any ClosedFormFamily)
        try check(
            (expert.information != nil) == needsInformation, "information",
            needsInformation ? "is missing" : "has no effect with this family")
        if let information = expert.information {
            try count(information, PackedSymmetric.elementCount(size: size), "information")
            let information = PackedSymmetric(size: size, storage: information)
            try check((0..<size).allSatisfy { information[$0, $0] >= 0 }, "information", "has a negative diagonal")
        }
        if let suppressed = expert.suppressedClasses {
            let known =
                suppressed.allSatisfy { (classes ?? []).contains($0) } && Set(suppressed).count == suppressed.count
            try check(known, "suppressedClasses", "must be classes of the response, each once")
        }
        if let score = expert.score { try count(score, expert.coefficients.count, "score") }
        try expert.statistics?.validate(columns: covariates.count + 1, field: "\(field).statistics", source: source)
    }
}

extension ModelFile.StatisticsRecord {
    /// - Parameter columns: covariates and target.
    func validate(columns size: Int, field: String, source: String) throws(ModelFileError) {
        func check(_ condition: Bool, _ name: String, _ reason: String) throws(ModelFileError) {
            if !condition { throw .invalidValue(path: source, field: "\(field).\(name)", reason: reason) }
        }
        func count(_ values: [Double], _ expected: Int, _ name: String) throws(ModelFileError) {
            try check(values.count == expected, name, "has \(values.count) numbers, not \(expected)")
            try check(values.allSatisfy(\.isFinite), name, "holds a number that is not finite")
        }
        try count(mean, size, "mean")
        try count(scatter, PackedSymmetric.elementCount(size: size), "scatter")
        try check(weight >= 0 && weight.isFinite, "weight", "must not be negative")
        try check(squaredWeight >= 0 && squaredWeight.isFinite, "squaredWeight", "must not be negative")
        let scatter = PackedSymmetric(size: size, storage: scatter)
        try check((0..<size).allSatisfy { scatter[$0, $0] >= 0 }, "scatter", "has a negative variance")
        let areCorrelations = (0..<size).allSatisfy { row in
            (0..<row).allSatisfy { column in
                abs(scatter[row, column]) <= (1 + 1e-6) * scatter[row, row].squareRoot()
                    * scatter[column, column].squareRoot()
            }
        }
        try check(areCorrelations, "scatter", "has a correlation beyond 1")
    }
}
