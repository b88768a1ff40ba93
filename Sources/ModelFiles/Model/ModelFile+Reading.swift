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
    /// - Throws: ``ModelFileError`` for what could not be read again, `TableError` where it cannot be written.
    @discardableResult
    public func write(to path: String) throws -> Int { try writeDocument(to: path) }

    // MARK: Validation

    package func validate(source: String) throws(ModelFileError) {
        let check = FieldCheck(source: source)
        guard let response = ExpertFamilies.response(family) else {
            throw check.refusal("family", "'\(family)' is not known here")
        }
        if let reason = classProblem(response) { throw check.refusal("classes", reason) }
        try validateColumns(check)
        if let (field, reason) = studyProblem { throw check.refusal(field, reason) }
        try check.count(rows, "rows")
        try validateExpertCount(check)
        try check.require(weight >= 0, "weight", "must not be negative")
        try check.number(weight, "weight", .weight)
        for (index, round) in (rounds ?? []).enumerated() {
            let check = check.nested("rounds[\(index)]")
            try check.count(round.sites, "sites")
            try check.count(round.rows, "rows")
        }
        if let problem = reading?.problem { throw check.refusal("reading", problem) }
        if let problem = disclosure?.problem { throw check.refusal("disclosure", problem) }
        if let slopeSelection, slopeSelection.experts.count != experts.count {
            throw check.refusal(
                "slopeSelection.experts", "has \(slopeSelection.experts.count) entries, not \(experts.count)")
        }
        if kind != .reference { try check.require(weight > 0, "weight", "must be positive") }
        try validateFixedExperts(check)
        for (index, expert) in experts.enumerated() {
            try validate(expert, check.nested("experts[\(index)]"))
        }
        try validateUncertainty(source: source)
        try validatePrior(check)
        if kind != .reference, kind != .adapted { try validateStatistics(check) }
        try validateAdaptation(check)
        try aggregation?.validate(check.nested("aggregation"))
    }

    /// A fit takes more rows for each expert than it has coefficients, and two more; one expert without slopes needs no more.
    private func validateExpertCount(_ check: FieldCheck) throws(ModelFileError) {
        try check.require(!experts.isEmpty, "experts", "there are none")
        try check.require(
            experts.count <= Self.mostExperts, "experts", "are \(experts.count), and at most \(Self.mostExperts) can be"
        )
        let count = experts.count { $0.fixed == nil }
        guard kind == .local, count > 1 else { return }
        let needed = count * (expertCovariates.count + 3)
        try check.require(
            rows >= needed, "experts", "are \(count), which takes \(needed) rows, and there are \(rows)")
    }

    /// What the statistics of all experts together must be.
    private func validateStatistics(_ check: FieldCheck) throws(ModelFileError) {
        let records = experts.compactMap(\.statistics)
        guard records.count == experts.count else {
            throw .missingField(path: check.source, field: "experts[…].statistics")
        }
        guard Set(experts.map { $0.score == nil }).count == 1 else {
            throw .missingField(path: check.source, field: "experts[…].score")
        }
        let total = records.reduce(0) { $0 + $1.weight }
        try check.require(
            abs(total - weight) <= StatisticsRecord.rounding * weight, "weight",
            "is not the sum of the experts' weights")
        try StatisticsRecord.validate(records, rows: rows, check)
    }

    private func validateColumns(_ check: FieldCheck) throws(ModelFileError) {
        if let offset, !covariates.contains(offset) || (expertCovariates + gateCovariates).contains(offset) {
            throw check.refusal("offset", "must be a covariate that neither experts nor gate read")
        }
        try check.require(Set(covariates).count == covariates.count, "covariates", "a name is duplicated")
        for name in expertCovariates + gateCovariates where !covariates.contains(name) {
            throw check.refusal("covariates", "'\(name)' is used but not listed")
        }
        let ordered = design
        try check.require(
            ordered.expertFeatures == expertCovariates && ordered.gateFeatures == gateCovariates
                && ordered.expertCovariates == ordered.expertCovariates.sorted()
                && ordered.gateCovariates == ordered.gateCovariates.sorted(),
            "covariates", "expertCovariates and gateCovariates must keep the order of covariates")
    }

    private func classProblem(_ response: ResponseKind) -> String? {
        guard case .classes = response else { return classes == nil ? nil : "are not for family '\(family)'" }
        guard let classes, classes.count > 1 else { return "must be two or more" }
        return Study.spellingProblem(classes)
    }

    private func validate(_ expert: ExpertRecord, _ check: FieldCheck) throws(ModelFileError) {
        let family = expertFamily
        let size = family.coefficientCount(regressors: expertCovariates.count + 1)
        try check.numbers(expert.coefficients, size, "coefficients", .value)
        try check.numbers(expert.gate, gateCovariates.count + 1, "gate", .value)
        try check.require(expert.dispersion > 0, "dispersion", "must be positive")
        try check.number(expert.dispersion, "dispersion", .variance)
        if let suppressed = expert.suppressedClasses {
            let known =
                suppressed.allSatisfy { (classes ?? []).contains($0) } && Set(suppressed).count == suppressed.count
            try check.require(known, "suppressedClasses", "must be classes of the response, each once")
        }
        if let counts = expert.suppressedCounts {
            try check.numbers(counts, expert.suppressedClasses?.count ?? 0, "suppressedCounts", .value)
            try check.require(
                counts.allSatisfy { $0 >= 0 && $0 <= weight }, "suppressedCounts",
                "must be between 0 and the weight of the rows")
        }
        try expert.statistics?.validate(
            columns: covariates.count + 1, rows: rows, total: weight,
            response: expert.fixed == nil ? family.response : .number,
            check.nested("statistics"))
        try validateMarginals(expert, check)
        try validateInformation(expert, size: size, check)
    }

    private func validateInformation(
        _ expert: ExpertRecord, size: Int, _ check: FieldCheck
    ) throws(ModelFileError) {
        let needsInformation = expert.statistics != nil && !(expertFamily is any ClosedFormFamily)
        try check.require(
            (expert.information != nil) == needsInformation, "information",
            needsInformation ? "is missing" : "has no effect with this family")
        if let score = expert.score { try check.numbers(score, size, "score", .square) }
        guard let storage = expert.information, let statistics = expert.statistics else { return }
        try check.numbers(storage, PackedSymmetric.elementCount(size: size), "information", .square)
        let information = PackedSymmetric(size: size, storage: storage)
        let rows = InformationCheck(
            family: expertFamily, dispersion: expert.dispersion, moments: statistics.moments,
            covariates: design.expertCovariates)
        if let problem = rows.problem(information) { throw check.refusal("information", problem) }
        if let score = expert.score,
            let problem = rows.problem(score: score, information, priorUnits: expert.priorUnits)
        {
            throw check.refusal("score", problem)
        }
    }
}
