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
    /// - Throws: ``ModelFileError`` for a number that is not finite, `TableError` where it cannot be written.
    @discardableResult
    public func write(to path: String) throws -> Int { try writeDocument(to: path) }

    package static func decode(_ data: Data, source: String) throws(ModelFileError) -> StatisticsFile {
        let file = try VersionedJSON(data: data, source: source).decode(StatisticsFile.self)
        try file.validate(source: source)
        return file
    }

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
    }

    // MARK: Validation

    private func validate(source: String) throws(ModelFileError) {
        func check(_ condition: Bool, _ field: String, _ reason: String) throws(ModelFileError) {
            if !condition { throw .invalidValue(path: source, field: field, reason: reason) }
        }
        try check(ExpertFamilies.named(family) != nil, "family", "'\(family)' is not known here")
        try check(!experts.isEmpty, "experts", "there are none")
        try check((0...ModelFile.largestRowCount).contains(rows), "rows", "must be from 0 to 2^53")
        try check(weight > 0 && weight.isFinite, "weight", "must be positive")
        try check(logLikelihood.isFinite, "logLikelihood", "is not finite")
        for (index, expert) in experts.enumerated() {
            try expert.validate(columns: covariates.count + 1, field: "experts[\(index)]", source: source)
        }
        let released = experts.reduce(0) { $0 + $1.weight }
        try check(released <= (1 + 1e-6) * weight, "weight", "is less than the experts' weights together")
        try validateGate(check)
    }

    private func validateGate(
        _ check: (Bool, _ field: String, _ reason: String) throws(ModelFileError) -> Void
    ) throws(ModelFileError) {
        let size = gateCovariates.count + 1
        func rows(_ rows: [[Double]], _ expected: Int, of length: Int, _ name: String) throws(ModelFileError) {
            try check(rows.count == expected, name, "has \(rows.count) rows of numbers, not \(expected)")
            for (index, row) in rows.enumerated() {
                try check(row.count == length, "\(name)[\(index)]", "has \(row.count) numbers, not \(length)")
                try check(row.allSatisfy(\.isFinite), "\(name)[\(index)]", "holds a number that is not finite")
            }
        }
        try rows(gate.gradient, experts.count, of: size, "gate.gradient")
        try rows(
            gate.information, GateSums.pairCount(experts: experts.count),
            of: PackedSymmetric.elementCount(size: size), "gate.information")
        for (index, sums) in gate.information.enumerated() {
            let sums = PackedSymmetric(size: size, storage: sums)
            // What is left of a difference may be below 0 by rounding.
            let isSumOfSquares = (0..<size).allSatisfy { sums[$0, $0] >= -1e-9 * weight }
            try check(isSumOfSquares, "gate.information[\(index)]", "has a negative sum of squares")
        }
    }
}
