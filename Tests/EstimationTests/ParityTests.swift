import Estimation
import Foundation
import LinearAlgebra
import MixtureOfExperts
import TestSupport
import Testing

/// Small data sets with known maxima (see `expected.json` beside them).
@Suite(.enabled(if: SharedFiles.areAvailable, "no shared reference data")) struct ParityTests {
    private struct Expected: Decodable {
        struct Case: Decodable {
            var file: String
            var family: String
            var experts: Int
            var target: String
            var expertFeatures: [String]
            var gateFeatures: [String]
            var logLikelihood: Double?
        }

        var cases: [Case]
    }

    /// Columns by name; names may be quoted.
    private static func columns(_ file: String) throws -> [String: [Double]] {
        let text = String(decoding: try SharedFiles.contents("data/parity/" + file), as: UTF8.self)
        let lines = text.split(whereSeparator: \.isNewline).map { line in
            line.split(separator: ",").map { $0.trimmingCharacters(in: ["\"", " "]) }
        }
        let names = try #require(lines.first)
        var result = [String: [Double]]()
        for (index, name) in names.enumerated() {
            result[name] = try lines.dropFirst().map { try #require(Double($0[index])) }
        }
        return result
    }

    @Test(arguments: [
        "tempanomalies_k2.csv", "faithful_k2.csv", "npreg_k2.csv", "npreg_poisson_k2.csv", "patent_poisson_k3.csv",
        "binomial_k2.csv", "multinomial3_k2.csv",
    ])
    func reachesTheKnownMaximum(file: String) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let expected = try decoder.decode(Expected.self, from: SharedFiles.contents("data/parity/expected.json"))
        let known = try #require(expected.cases.first { $0.file == file })
        let columns = try Self.columns(file)
        let design = Design(
            target: known.target, expertFeatures: known.expertFeatures, gateFeatures: known.gateFeatures)
        var responses = try #require(columns[known.target])
        var classes = [Double]()
        if known.family == "multinomial" {
            classes = Set(responses).sorted()
            responses = responses.map { Double(classes.firstIndex(of: $0) ?? -1) }
        }
        let family = try #require(ExpertFamilies.named(known.family, classes: classes.map(\.description)))
        let rows = ShardRows(
            covariates: Matrix(columns: try design.covariates.map { try #require(columns[$0]) }), responses: responses)
        let local = try LocalFit(design: design, family: family, options: FitOptions(expertCount: known.experts))
            .fit(rows)
        let value = try #require(known.logLikelihood)
        #expect(local.report.logLikelihood >= value - 1e-4)
        // Classes have narrow optima above the known one; else higher only by collapse, which would be warned of.
        if known.family != "multinomial" { #expect(local.report.logLikelihood < value + 1e-3) }
        #expect(local.warnings.isEmpty)
    }
}
