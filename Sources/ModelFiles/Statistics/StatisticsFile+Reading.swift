import Estimation
import Foundation
import MixtureOfExperts
import Numerics

extension StatisticsFile: ResultDocument {
    package static func failure(_ problem: DocumentProblem, path: String) -> ModelFileError {
        ModelFileError(problem, path: path) { format in
            format == ModelFile.formatName ? .modelAsStatistics(path: path) : .notStatistics(path: path)
        }
    }

    package static let content = "the statistics"
}

extension StatisticsFile {
    /// Reads and checks a file of statistics.
    ///
    /// - Throws: ``ModelFileError`` that names the file and the field.
    public static func read(path: String) throws(ModelFileError) -> StatisticsFile {
        try decode(VersionedJSON.contents(path: path, of: StatisticsFile.self), source: path)
    }

    /// Writes the file, whole or not at all.
    ///
    /// - Returns: the number of its bytes.
    /// - Throws: ``ModelFileError`` for what could not be read again, `TableError` where it cannot be written.
    @discardableResult
    public func write(to path: String) throws -> Int { try writeDocument(to: path) }

    /// Refuses statistics that were not taken at this model.
    package func check(isOf model: FittedMixture, path: String, modelPath: String) throws(ModelFileError) {
        func refuse(_ what: String) -> ModelFileError {
            .statisticsOfAnotherModel(path: path, model: modelPath, what: what)
        }
        let design = model.model.design
        guard target == design.target else { throw refuse("they predict '\(target)', not '\(design.target)'") }
        for (own, other, name) in [
            (covariates, design.covariates, "covariates"),
            (expertCovariates, design.expertFeatures, "covariates of the experts"),
            (gateCovariates, design.gateFeatures, "covariates of the gate"),
        ] where own != other {
            let different = Set(own).symmetricDifference(other).sorted().map { "'\($0)'" }.joined(separator: ", ")
            throw refuse("the \(name) differ" + (different.isEmpty ? " in order" : " by \(different)"))
        }
        guard experts.count == model.model.expertCount else {
            throw refuse("they have \(experts.count) experts, not \(model.model.expertCount)")
        }
        guard modelDigest == model.digest else {
            throw refuse("its digest is \(model.digest), theirs \(modelDigest)")
        }
        try checkSums(at: model, FieldCheck(source: path))
    }

    /// The sums against each other, which takes the model.
    private func checkSums(at model: FittedMixture, _ check: FieldCheck) throws(ModelFileError) {
        let round = GeneralisedEMRound(at: model, options: FitOptions(expertCount: model.model.expertCount))
        if let problem = statistics.gateProblem(model.model.design, round.standardisation) {
            throw check.refusal("gate", problem)
        }
        try checkCoefficients(at: model, check)
        // Where something is withheld the moments are not those of the log-likelihood.
        guard warnings.isEmpty else { return }
        let released = experts.reduce(0) { $0 + $1.weight }
        try check.require(
            weight <= (1 + ModelFile.StatisticsRecord.rounding) * released, "weight",
            "is more than the experts' weights together")
        guard let most = statistics.largestLogLikelihoodPerRow(at: model.model) else { return }
        let slack = 1e-6 * (abs(most) + 1)
        try check.require(
            logLikelihood <= weight * (most + slack), "logLikelihood", "is more than the moments of the experts allow")
    }

    private func checkCoefficients(at model: FittedMixture, _ check: FieldCheck) throws(ModelFileError) {
        guard let records = coefficients else { return }
        let statistics = statistics
        let family = model.model.family
        for (index, record) in records.enumerated() {
            let expected = model.model.experts[index].coefficients.count
            let check = check.nested("coefficients[\(index)]")
            try check.require(
                record.score.count == expected, "score", "has \(record.score.count) numbers, not \(expected)")
            try check.require(
                (record.dispersion != nil) == family.hasDispersion, "dispersion",
                family.hasDispersion ? "is missing" : "has no place in a family without one")
            if let problem = statistics.coefficientProblem(index) { throw check.refusal("score", problem) }
        }
        guard let joint = statistics.jointInformation else { return }
        let round = GeneralisedEMRound(at: model, options: FitOptions(expertCount: model.model.expertCount))
        if let problem = round.jointProblem(joint, statistics) { throw check.refusal("jointInformation", problem) }
    }

    // MARK: Validation

    package func validate(source: String) throws(ModelFileError) {
        let check = FieldCheck(source: source)
        guard let response = ExpertFamilies.response(family) else {
            throw check.refusal("family", "'\(family)' is not known here")
        }
        try check.require(!experts.isEmpty, "experts", "there are none")
        try check.require(
            experts.count <= ModelFile.mostExperts, "experts",
            "are \(experts.count), and at most \(ModelFile.mostExperts) can be")
        try check.count(rows, "rows")
        try check.require(weight > 0, "weight", "must be positive")
        try check.number(weight, "weight", .weight)
        try check.number(logLikelihood, "logLikelihood", .square)
        let released = experts.reduce(0) { $0 + $1.weight }
        try check.require(
            released <= (1 + ModelFile.StatisticsRecord.rounding) * weight, "weight",
            "is less than the experts' weights together")
        for (index, expert) in experts.enumerated() {
            try expert.validate(
                columns: covariates.count + 1, rows: rows, total: weight, response: response,
                check.nested("experts[\(index)]"))
        }
        try ModelFile.StatisticsRecord.validate(experts, rows: rows, check)
        try validateCoefficients(check)
        try validateGate { condition, field, reason throws(ModelFileError) in
            try check.require(condition, field, reason)
        }
    }

    private func validateCoefficients(_ check: FieldCheck) throws(ModelFileError) {
        let isClosed = ExpertFamilies.named(family, classes: ["0", "1"]) is any ClosedFormFamily
        guard let coefficients else {
            return try check.require(isClosed, "coefficients", "are missing")
        }
        try check.require(!isClosed, "coefficients", "have no place in a family that has a closed fit")
        try check.require(
            coefficients.count == experts.count, "coefficients",
            "are of \(coefficients.count) experts, not \(experts.count)")
        for (index, record) in coefficients.enumerated() {
            try record.validate(weight: weight, check.nested("coefficients[\(index)]"))
        }
        guard let jointInformation else { return }
        try check.require(
            PackedSymmetric.size(elementCount: jointInformation.count) != nil, "jointInformation", "is no triangle")
        try check.numbers(jointInformation, jointInformation.count, "jointInformation", .square)
    }

    private func validateGate(
        _ check: (Bool, _ field: String, _ reason: String) throws(ModelFileError) -> Void
    ) throws(ModelFileError) {
        let size = gateCovariates.count + 1
        func rows(_ rows: [[Double]], _ expected: Int, of length: Int, _ name: String) throws(ModelFileError) {
            try check(rows.count == expected, name, "has \(rows.count) rows of numbers, not \(expected)")
            for (index, row) in rows.enumerated() {
                try check(row.count == length, "\(name)[\(index)]", "has \(row.count) numbers, not \(length)")
                try check(
                    row.allSatisfy(FieldBounds.square.contains), "\(name)[\(index)]", FieldBounds.square.reason)
            }
        }
        try rows(gate.gradient, experts.count, of: size, "gate.gradient")
        try rows(
            gate.information, GateSums.pairCount(experts: experts.count),
            of: PackedSymmetric.elementCount(size: size), "gate.information")
        for (index, sums) in gate.information.enumerated() {
            let sums = PackedSymmetric(size: size, storage: sums)
            let scales = [Double](repeating: weight.squareRoot(), count: size)
            let problem = sums.sumOfSquaresProblem(scales: scales)
            try check(problem == nil, "gate.information[\(index)]", problem ?? "")
        }
    }
}

extension StatisticsFile.CoefficientRecord {
    fileprivate func validate(weight: Double, _ check: FieldCheck) throws(ModelFileError) {
        try check.numbers(score, score.count, "score", .square)
        try check.numbers(information, PackedSymmetric.elementCount(size: score.count), "information", .square)
        let sums = PackedSymmetric(size: score.count, storage: information)
        let scales = score.indices.map { max(weight, sums[$0, $0]).squareRoot() }
        if let problem = sums.sumOfSquaresProblem(scales: scales) { throw check.refusal("information", problem) }
        guard let dispersion else { return }
        let check = check.nested("dispersion")
        try check.number(dispersion.score, "score", .square)
        try check.number(dispersion.information, "information", .square)
    }
}
