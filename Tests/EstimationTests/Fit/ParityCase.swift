import Foundation
import Messages
import MixtureOfExperts
import Numerics
import TestSupport
import Testing

/// A small data set with its known maximum (`Resources/parity/expected.json`).
struct ParityCase: Decodable {
    var file: String
    var family: String
    var experts: Int
    var target: String
    var expertFeatures: [String]
    var gateFeatures: [String]
    var logLikelihood: Double?
    /// Of one expert.
    var coefficients: [Double]?
    var dispersion: Double?
    var exposure: String?
    /// By the weight of a lasso.
    var penalisedLogLikelihood: [String: Double]?

    private struct All: Decodable {
        var cases: [ParityCase]
    }

    static func read(_ file: String) throws -> ParityCase {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let all = try decoder.decode(All.self, from: contents("expected.json"))
        return try #require(all.cases.first { $0.file == file })
    }

    private static func contents(_ file: String) throws -> Data {
        try Data(contentsOf: Bundle.module.bundleURL.appending(path: "Resources/parity/" + file))
    }

    var design: Design { Design(target: target, expertFeatures: expertFeatures, gateFeatures: gateFeatures) }

    /// Classes are coded in the files.
    func expertFamily() throws -> any ExpertFamily {
        let codes = Set(try columns()[target] ?? []).sorted()
        return try #require(ExpertFamilies.named(family, classes: codes.map { String(Int($0)) }))
    }

    func column(_ name: String) throws -> [Double] { try #require(try columns()[name]) }

    func rows() throws -> ShardRows {
        let columns = try columns()
        return ShardRows(
            covariates: Matrix(columns: try design.covariates.map { try #require(columns[$0]) }),
            responses: try #require(columns[target]))
    }

    /// Columns by name; names may be quoted.
    private func columns() throws -> [String: [Double]] {
        let text = String(decoding: try Self.contents(file), as: UTF8.self)
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
}
