import Foundation
import MixtureOfExperts
import Numerics

/// Responses on a scale where differences mean something: what starts cut rows by.
enum WorkingResponses {
    /// Numbers of mean 0 and variance 1: as they are, or their logarithms less the offset; for classes a random score each, which
    /// differs from start to start.
    static func values(
        _ rows: ShardRows, design: Design, family: any ExpertFamily, using random: inout RandomNumbers
    ) -> [Double] {
        let offsets = design.offset.map { Array(rows.covariates.column($0)) }
        switch family.response {
        case .number: return rows.responses
        case .positiveNumber: return standardised(logarithms(rows.responses, added: 0, offsets))
        case .count: return standardised(logarithms(rows.responses, added: 0.5, offsets))
        case .classes(let names):
            return standardised(scores(rows.responses, count: names.count, using: &random))
        }
    }

    private static func logarithms(_ responses: [Double], added: Double, _ offsets: [Double]?) -> [Double] {
        responses.enumerated().map { log($1 + added) - (offsets?[$0] ?? 0) }
    }

    private static func scores(_ responses: [Double], count: Int, using random: inout RandomNumbers) -> [Double] {
        // Two classes have but one contrast.
        let scores = (0..<count).map { count == 2 ? Double($0) : random.normal() }
        return responses.map { scores[min(max(Int($0), 0), count - 1)] }
    }

    private static func standardised(_ values: [Double]) -> [Double] {
        let mean = values.reduce(0, +) / Double(max(values.count, 1))
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(values.count, 1))
        let scale = variance > 0 ? 1 / variance.squareRoot() : 0
        return values.map { ($0 - mean) * scale }
    }
}
